import type { Store } from '#platform/database/store.ts';
import { type ChainBooks, MovedError } from './chain-books.ts';
import type { ComparingPorts } from './comparing.ts';
import type { ScannedBlock } from './scan/found-output.ts';
import { chainRepository } from './store/chain.ts';

/** Blocks that are remembered until another node can be queried: those of more than a day. */
const MAX_WAITING = 1_000;

/** Blocks that are compared in one turn, so that reading continues. */
const BLOCKS_IN_A_TURN = 100;

interface WaitingBlock extends Pick<ScannedBlock, 'height' | 'hash' | 'digest'> {
  /** The node that provided it. */
  leader: number;
}

export interface LateComparingPorts extends ComparingPorts {
  store: Pick<Store, 'read'>;
  books: Pick<ChainBooks, 'enterMissed'>;
}

/**
 * Compares blocks for which no second node was available when they were read, because it lagged or did not answer: blocks
 * reach nodes some seconds apart, and a node must not be able to withhold a payment by being the first. Outputs that only
 * the other node has are entered late. Pending comparisons are lost when the process ends.
 */
export class LateComparing {
  readonly #ports: LateComparingPorts;
  #waiting: WaitingBlock[] = [];

  constructor(ports: LateComparingPorts) {
    this.#ports = ports;
  }

  /**
   * Records that blocks were read from that height on, and remembers those that only one node has provided. Pending blocks
   * at these heights were replaced or read again, so they are dropped. If there are too many, the oldest are dropped.
   */
  noteRead(from: number, uncompared: readonly ScannedBlock[], leader: number): void {
    if (this.#ports.nodes.size === 1) return;
    const below = this.#waiting.filter(({ height }) => height < from);
    const more = uncompared.map(({ height, hash, digest }) => ({ height, hash, digest, leader }));
    this.#waiting = [...below, ...more].slice(-MAX_WAITING);
  }

  /** @param answering the nodes that have answered in this turn. */
  async compare(answering: readonly number[]): Promise<void> {
    const [first] = this.#waiting;
    if (first === undefined) return;
    const { nodes, store } = this.#ports;
    if (!(await store.read((tx) => tx.use(chainRepository).stands(first)))) {
      this.#forget(first);
      return;
    }
    const others = answering.filter((node) => node !== first.leader && nodes.isGood(node));
    for (const other of others) if (await this.#compareWith(other, first)) return;
  }

  /** Returns whether that node has the first pending block. */
  async #compareWith(other: number, first: WaitingBlock): Promise<boolean> {
    const { nodes, scan } = this.#ports;
    const asked = this.#waiting.slice(0, BLOCKS_IN_A_TURN).filter(({ leader }) => leader !== other);
    const listed = await nodes.ask(other, () => scan.digests(other, first.hash, asked.length));
    if (listed?.answer.has(first.hash) !== true) return false;
    for (const block of asked) {
      const digest = listed.answer.get(block.hash);
      if (digest === undefined) continue;
      if (digest !== block.digest && !(await this.#lookAgain(block, other))) return true;
      this.#forget(block);
    }
    return true;
  }

  /** Returns whether the other node has provided its outputs of that block. */
  async #lookAgain(block: WaitingBlock, other: number): Promise<boolean> {
    const { nodes, scan, books, sayOnce } = this.#ports;
    const [theirs] = (await nodes.ask(other, () => scan.scan(other, block.hash, 1, false)))?.answer ?? [];
    if (theirs === undefined) return false;
    const urls = [nodes.urlOf(block.leader), nodes.urlOf(other)];
    sayOnce(
      `late outputs ${block.leader} ${other}`,
      `Base nodes ${urls[0]} and ${urls[1]} list different outputs in block ${block.height}, which was read when only the first was available; an output that only one node has is not confirmed`,
      { height: block.height, nodes: urls },
    );
    try {
      await books.enterMissed({ height: block.height, hash: block.hash }, theirs.found);
    } catch (error) {
      // The block was replaced, and its replacement has been read or will be.
      if (!(error instanceof MovedError)) throw error;
    }
    return true;
  }

  #forget(block: WaitingBlock): void {
    this.#waiting = this.#waiting.filter((one) => one !== block);
  }
}
