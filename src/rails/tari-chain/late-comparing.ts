import type { Store } from '#platform/database/store.ts';
import { type ChainBooks, MovedError } from './chain-books.ts';
import type { ComparingPorts } from './comparing.ts';
import type { ScannedBlock } from './scan/found-output.ts';
import { chainRepository } from './store/chain.ts';

/** Blocks that are remembered until another node can be asked about them: those of a day and more. */
const MAX_WAITING = 1_000;

/** Blocks that are compared in one turn, so that reading goes on. */
const BLOCKS_IN_A_TURN = 100;

interface WaitingBlock extends Pick<ScannedBlock, 'height' | 'hash' | 'digest'> {
  /** The node that gave it. */
  leader: number;
}

export interface LateComparingPorts extends ComparingPorts {
  store: Pick<Store, 'read'>;
  books: Pick<ChainBooks, 'enterMissed'>;
}

/**
 * Compares blocks that no second node could be asked about when they were read, since it lagged or did not answer: nodes
 * hear of a block some seconds after each other, and a node that keeps a payment to itself must not get away with being
 * the first. What only the other one has is entered late. What waits is forgotten when the process ends.
 */
export class LateComparing {
  readonly #ports: LateComparingPorts;
  #waiting: WaitingBlock[] = [];

  constructor(ports: LateComparingPorts) {
    this.#ports = ports;
  }

  /**
   * Notes that blocks were read from that height on, and remembers those that one node alone has given. What waits there was
   * replaced or is read again: it stands no longer. The oldest are given up where there are too many.
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

  /** Answers whether that node has the first block that waits. */
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

  /** Answers whether the other node has shown what it has there. */
  async #lookAgain(block: WaitingBlock, other: number): Promise<boolean> {
    const { nodes, scan, books, sayOnce } = this.#ports;
    const [theirs] = (await nodes.ask(other, () => scan.scan(other, block.hash, 1, false)))?.answer ?? [];
    if (theirs === undefined) return false;
    const urls = [nodes.urlOf(block.leader), nodes.urlOf(other)];
    sayOnce(
      `late outputs ${block.leader} ${other}`,
      `Base nodes ${urls[0]} and ${urls[1]} list different outputs in block ${block.height}, which was read when only the first could be asked; what only one has is not confirmed`,
      { height: block.height, nodes: urls },
    );
    try {
      await books.enterMissed({ height: block.height, hash: block.hash }, theirs.found);
    } catch (error) {
      // The block was replaced since, and what is in its place has been read, or will be.
      if (!(error instanceof MovedError)) throw error;
    }
    return true;
  }

  #forget(block: WaitingBlock): void {
    this.#waiting = this.#waiting.filter((one) => one !== block);
  }
}
