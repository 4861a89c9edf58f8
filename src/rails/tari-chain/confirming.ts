import type { Store } from '#platform/database/store.ts';
import type { ChainBooks } from './chain-books.ts';
import { agreedOutputs, type Vote } from './decisions.ts';
import type { NodeSet } from './node-set.ts';
import type { Scan } from './scan/open-scan.ts';
import { chainRepository } from './store/chain.ts';
import type { KnownBlock } from './store/known-block.ts';
import { type ChainOutput, OUTPUTS_AT_ONCE, type OutputPosition } from './store/outputs.ts';

/** Nodes that disagree on a block are queried again after this long. */
const ASK_AGAIN_MS = 10_000;

/** Pages of outputs processed in one turn, so that reading blocks continues. */
const PAGES_IN_A_TURN = 5;

/** The number of disputed blocks that are remembered. */
const MAX_REMEMBERED = 1_000;

export interface ConfirmingPorts {
  nodes: NodeSet;
  store: Store;
  books: ChainBooks;
  scan: Pick<Scan, 'confirm'>;
  monotonicMs: () => number;
  sayOnce: (key: string, text: string, fields: object) => void;
}

/** The blocks that are deep enough in one turn. */
export interface Deep {
  /** The watcher's position. */
  top: KnownBlock;
  /** The highest height of a block that is deep enough. */
  deepest: number;
  /** The nodes that have answered in this turn. */
  answering: readonly number[];
}

/**
 * Confirms outputs that are deep enough and that all answering nodes have in the same block; if several nodes are
 * configured, at least two must answer. A node that lies or lags then causes a delay and a warning rather than a wrong
 * confirmation. A single node is queried as well: the stored outputs may come from a node that was configured before.
 */
export class Confirming {
  readonly #ports: ConfirmingPorts;
  /** When a disputed block is queried again, by its hash. */
  readonly #askAgainAtMs = new Map<string, number>();
  /** The last position: permanently disputed outputs must not starve the others. */
  #after: OutputPosition | undefined;

  constructor(ports: ConfirmingPorts) {
    this.#ports = ports;
  }

  async confirm(deep: Deep): Promise<void> {
    const { store } = this.#ports;
    for (let page = 0; page < PAGES_IN_A_TURN; page += 1) {
      const outputs = await store.read((tx) => tx.use(chainRepository).unconfirmedUpTo(deep.deepest, this.#after));
      const last = outputs.at(-1);
      this.#after = last?.block == null ? undefined : { height: last.block.height, outputHash: last.outputHash };
      for (const [hash, some] of byBlock(outputs)) await this.#confirmBlock(deep, hash, some);
      if (outputs.length < OUTPUTS_AT_ONCE) {
        this.#after = undefined;
        return;
      }
    }
  }

  async #confirmBlock(deep: Deep, hash: string, outputs: readonly ChainOutput[]): Promise<void> {
    const now = this.#ports.monotonicMs();
    if (now < (this.#askAgainAtMs.get(hash) ?? now)) return;
    this.#askAgainAtMs.delete(hash);
    const votes = await this.#votesOn(deep, hash, outputs);
    const agreed = new Set(
      agreedOutputs(
        outputs.map(({ outputHash }) => outputHash),
        votes,
      ),
    );
    for (const output of outputs) if (!agreed.has(output.outputHash)) this.#sayWhy(output, votes);
    if (agreed.size < outputs.length) {
      if (this.#askAgainAtMs.size >= MAX_REMEMBERED) this.#askAgainAtMs.clear();
      this.#askAgainAtMs.set(hash, now + ASK_AGAIN_MS);
    }
    const confirmed = outputs.filter(({ outputHash }) => agreed.has(outputHash));
    if (confirmed.length > 0) await this.#ports.books.confirm(deep.top, deep.deepest, confirmed);
  }

  #votesOn({ answering }: Deep, hash: string, outputs: readonly ChainOutput[]): Promise<Vote[]> {
    const { nodes, scan } = this.#ports;
    const height = outputs[0]?.block?.height ?? 0;
    const expected = outputs.map(({ outputHash, commitment, fingerprint }) => ({
      outputHash,
      commitment,
      fingerprint,
    }));
    return Promise.all(
      Array.from({ length: nodes.size }, async (_, node): Promise<Vote> => {
        if (!answering.includes(node) || !nodes.isGood(node)) return undefined;
        const vote = await nodes.ask(node, () => scan.confirm(node, hash, height, expected));
        return vote && new Set(vote.answer);
      }),
    );
  }

  #sayWhy({ txid, outputHash, block }: ChainOutput, votes: readonly Vote[]): void {
    const { nodes, sayOnce } = this.#ports;
    const without = votes.flatMap((vote, node) =>
      vote !== undefined && !vote.has(outputHash) ? [nodes.urlOf(node)] : [],
    );
    const fields = { txid, height: block?.height, nodes: without };
    const key = `unconfirmed ${outputHash} ${block?.hash} ${without.join()}`;
    const why =
      without.length === 0
        ? 'too few base nodes answer; it is confirmed once enough do'
        : `${without.join(' and ')} does not have it; it is not confirmed until all answering base nodes have it`;
    const start = `Payment ${txid} in block ${block?.height} is deep enough, but`;
    sayOnce(key, `${start} ${why}`, fields);
  }
}

function byBlock(outputs: readonly ChainOutput[]): Map<string, ChainOutput[]> {
  const blocks = new Map<string, ChainOutput[]>();
  for (const output of outputs) {
    const hash = output.block?.hash ?? '';
    blocks.set(hash, [...(blocks.get(hash) ?? []), output]);
  }
  return blocks;
}
