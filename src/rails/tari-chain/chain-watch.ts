import type { EngineContext } from '#engine/context.ts';
import type { Transaction } from '#platform/database/store.ts';
import type { IdRange } from '#platform/list-order.ts';
import type { ChainStatus, RefusalReason } from './chain-status.ts';
import { chainRepository } from './store/chain.ts';
import type { ChainDeparture, ChainRefusal } from './store/findings.ts';

/** A watcher as other contexts see it. */
export interface ChainWatch {
  /** This instance's own knowledge; undefined if it does not watch. */
  status(): Pick<ChainStatus, 'nodeHeight' | 'lastAnswerAt' | 'timeLeftMs' | 'nodes'> | undefined;
}

/** The numbers for the metrics. */
export interface ChainFigures {
  status: ChainStatus;
  refused: ReadonlyMap<RefusalReason, number>;
  /** Confirmed payments that have left the chain and not come back. */
  departed: number;
}

const OFF: ChainStatus = {
  state: 'off',
  height: null,
  nodeHeight: null,
  lastAnswerAt: null,
  timeLeftMs: null,
  outputsSeen: 0,
  paymentsFound: 0,
  nodes: [],
};

/** The watcher's status, from the watcher itself and from the database, which is all that other instances know. */
export async function chainStatus(tx: Transaction, watch: ChainWatch | undefined): Promise<ChainStatus> {
  if (watch === undefined) return OFF;
  const [progress, top, own] = [
    await tx.use(chainRepository).progress(),
    await tx.use(chainRepository).top(),
    watch.status(),
  ];
  return {
    state: own === undefined ? 'elsewhere' : 'watching',
    height: top?.height ?? null,
    nodeHeight: own?.nodeHeight ?? progress?.nodeHeight ?? null,
    lastAnswerAt: own?.lastAnswerAt ?? progress?.checkedAt ?? null,
    timeLeftMs: own?.timeLeftMs ?? null,
    outputsSeen: Number(progress?.outputsSeen ?? 0n),
    paymentsFound: Number(progress?.paymentsFound ?? 0n),
    nodes: own?.nodes ?? [],
  };
}

export async function chainFigures(tx: Transaction, watch: ChainWatch | undefined): Promise<ChainFigures> {
  const status = await chainStatus(tx, watch);
  if (watch === undefined) return { status, refused: new Map(), departed: 0 };
  return {
    status,
    refused: await tx.use(chainRepository).countRefusals(),
    departed: await tx.use(chainRepository).countDeparted(),
  };
}

export type ChainQueries = ReturnType<typeof chainQueries>;

export function chainQueries({ store }: Pick<EngineContext, 'store'>, watch: ChainWatch | undefined) {
  return {
    status: (): Promise<ChainStatus> => store.read((tx) => chainStatus(tx, watch)),

    /** Up to `limit` outputs that were encrypted for the shop but are not payments, after the one with that id. */
    refusals: (after: bigint, limit: number, range: IdRange = {}): Promise<ChainRefusal[]> =>
      store.read((tx) => tx.use(chainRepository).refusalsAfter(after, limit, range)),

    /** Up to `limit` times that a confirmed payment left the chain, after the one with that id, oldest first. */
    departures: (after: bigint, limit: number, range: IdRange = {}): Promise<ChainDeparture[]> =>
      store.read((tx) => tx.use(chainRepository).departuresAfter(after, limit, range)),
  };
}
