import type { EngineContext } from '#engine/context.ts';
import type { Repositories } from '#platform/database/transaction.ts';
import type { ChainDeparture, ChainRefusal, RefusalReason } from './store/chain.ts';

/** What a watcher of the chain says of itself, and what it keeps for people to look at. Heights are of blocks. */

export interface NodeStatus {
  url: string;
  /** The end of its chain as it last said; null before its first answer. */
  height: number | null;
  lastAnswerAt: Date | null;
  /** Why it is of no use now; null while it is of use. */
  trouble: { since: Date; sentence: string } | null;
}

/** `off`: nothing is watched. `watching`: by this instance. `elsewhere`: by another one, or by none that can. */
export type WatchState = 'off' | 'watching' | 'elsewhere';

export interface ChainStatus {
  state: WatchState;
  /** The last block that was looked through; null before the first. */
  height: number | null;
  /** The highest block that a node has told of. */
  nodeHeight: number | null;
  /** When a node last answered: how old our knowledge is. */
  lastAnswerAt: Date | null;
  /** How long the rest of a long reading takes, in ms, at its pace; null when it is not behind. */
  timeLeftMs: number | null;
  outputsSeen: number;
  paymentsFound: number;
  /** None where another instance watches. */
  nodes: readonly NodeStatus[];
}

/** A watcher, as far as the engine knows of one. */
export interface ChainWatch {
  /** What this instance knows by itself; undefined where it does not watch. */
  status(): Pick<ChainStatus, 'nodeHeight' | 'lastAnswerAt' | 'timeLeftMs' | 'nodes'> | undefined;
}

/** What the metrics say of it. */
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

/** How the watcher does, from what it says and from what is kept; what is kept is all that other instances know. */
export async function chainStatus(tx: Repositories, watch: ChainWatch | undefined): Promise<ChainStatus> {
  if (watch === undefined) return OFF;
  const [progress, top, own] = [await tx.chain.progress(), await tx.chain.top(), watch.status()];
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

export async function chainFigures(tx: Repositories, watch: ChainWatch | undefined): Promise<ChainFigures> {
  const status = await chainStatus(tx, watch);
  if (watch === undefined) return { status, refused: new Map(), departed: 0 };
  return { status, refused: await tx.chain.countRefusals(), departed: await tx.chain.countDeparted() };
}

/** How many blocks the watcher is behind the nodes; 0 before anything is known. */
export function blocksBehind({ height, nodeHeight }: Pick<ChainStatus, 'height' | 'nodeHeight'>): number {
  return height === null || nodeHeight === null ? 0 : Math.max(0, nodeHeight - height);
}

export type ChainQueries = ReturnType<typeof chainQueries>;

export function chainQueries({ store }: Pick<EngineContext, 'store'>, watch: ChainWatch | undefined) {
  return {
    status: (): Promise<ChainStatus> => store.read((tx) => chainStatus(tx, watch)),

    /** Up to `limit` outputs that were encrypted for the shop and are no payment to it, after the one with that id. */
    refusals: (after: bigint, limit: number): Promise<ChainRefusal[]> =>
      store.read((tx) => tx.chain.refusalsAfter(after, limit)),

    /** Up to `limit` times that a confirmed payment left the chain, after the one with that id, oldest first. */
    departures: (after: bigint, limit: number): Promise<ChainDeparture[]> =>
      store.read((tx) => tx.chain.departuresAfter(after, limit)),
  };
}
