import { hex } from '@scure/base';
import { utf8 } from '#tari/bytes.ts';
import { blake2b256 } from '#tari/ristretto.ts';
import type { RandomBytes } from '#tari/schnorr.ts';
import { type MadeOutput, outputOfOthers } from './play-wallet.ts';
import { type MinedOutput, type ServedBlock, type ServedChain, servedOutput } from './served-chain.ts';

/**
 * A chain to play with: it mines what is sent to it, and reorganises to any depth. It checks no proof of work, no
 * signature and no sum: whatever is sent to it is mined.
 */

/** What stands in the mempool until it is mined. */
export interface PlayTransaction {
  outputs: readonly MadeOutput[];
  /** Hashes of the outputs that it spends, in hex. */
  inputs: readonly string[];
}

interface PlayBlock extends ServedBlock {
  transactions: readonly PlayTransaction[];
}

export interface MineOptions {
  /** Mined besides what stands in the mempool. */
  outputs?: readonly MadeOutput[];
  /** Whether the mempool is mined. */
  mempool?: boolean;
  /** How many outputs of others stand in the block, the miner's own among them. */
  others?: number;
  /** In seconds; by default two minutes after the block before. */
  timestamp?: number;
}

const BLOCK_SECONDS = 120;
export const FIRST_TIMESTAMP = 1_796_000_000;

export class PlayChain implements ServedChain {
  readonly #random: RandomBytes;
  #blocks: PlayBlock[] = [];
  #heights = new Map<string, number>();
  #outputs = new Map<string, MinedOutput>();
  #mempool: PlayTransaction[] = [];

  /** A chain of one block without outputs. Other randomness gives another chain. */
  constructor(random: RandomBytes, firstTimestamp = FIRST_TIMESTAMP) {
    this.#random = random;
    this.#append([], firstTimestamp, 0);
  }

  get tipHeight(): number {
    return this.#blocks.length - 1;
  }

  get tip(): ServedBlock {
    const tip = this.#blocks.at(-1);
    if (tip === undefined) throw new Error('A chain has at least its first block.');
    return tip;
  }

  get mempool(): readonly PlayTransaction[] {
    return this.#mempool;
  }

  blockAt(height: number): ServedBlock | undefined {
    return this.#blocks[height];
  }

  heightOf(blockHash: string): number | undefined {
    return this.#heights.get(blockHash);
  }

  outputOf(outputHash: string): MinedOutput | undefined {
    return this.#outputs.get(outputHash);
  }

  /** Puts outputs into the mempool, as one transaction. It is mined with the next block. */
  send(outputs: readonly MadeOutput[], inputs: readonly string[] = []): void {
    this.#mempool.push({ outputs, inputs });
  }

  /** Takes a transaction out of the mempool, as when it is replaced or too old. */
  forget(transaction: PlayTransaction): void {
    this.#mempool = this.#mempool.filter((own) => own !== transaction);
  }

  /** One block. */
  mine(options: MineOptions = {}): ServedBlock {
    const { outputs = [], mempool = true, others = 1, timestamp = this.tip.timestamp + BLOCK_SECONDS } = options;
    const transactions = mempool ? this.#mempool.splice(0) : [];
    if (outputs.length > 0) transactions.push({ outputs, inputs: [] });
    return this.#append(transactions, timestamp, others);
  }

  /** So many blocks, the mempool in the first. */
  mineBlocks(count: number): void {
    for (let index = 0; index < count; index += 1) this.mine();
  }

  /** Spends outputs that were mined, in a block of their own. */
  spend(...outputHashes: string[]): ServedBlock {
    return this.#append([{ outputs: [], inputs: outputHashes }], this.tip.timestamp + BLOCK_SECONDS, 1);
  }

  /**
   * Takes the newest blocks off the chain: what stood in them is back in the mempool, as in a real node, or, with
   * `forget`, nowhere. The tip goes back until as many are mined again.
   */
  takeOff(depth: number, transactions: 'to_mempool' | 'forget' = 'to_mempool'): void {
    if (depth > this.tipHeight) throw new RangeError('The first block stays.');
    const gone = this.#blocks.splice(this.#blocks.length - depth);
    for (const block of gone) {
      this.#heights.delete(block.hash);
      for (const output of block.outputs) this.#outputs.delete(output.hash);
    }
    for (const input of gone.flatMap((block) => block.inputs)) this.#markSpent(input, undefined);
    if (transactions === 'to_mempool') this.#mempool.unshift(...gone.flatMap((block) => block.transactions));
  }

  /** A reorganisation: other blocks in place of the newest, and one more, so that this chain is the better one. */
  reorganise(depth: number, transactions: 'again' | 'to_mempool' | 'forget' = 'again'): void {
    this.takeOff(depth, transactions === 'forget' ? 'forget' : 'to_mempool');
    for (let index = 0; index <= depth; index += 1) this.mine({ mempool: transactions === 'again' });
  }

  /** The same blocks as a chain of its own, which goes on by itself: for a node that is on another branch. */
  fork(random: RandomBytes): PlayChain {
    const fork = new PlayChain(random);
    fork.#blocks = [...this.#blocks];
    fork.#heights = new Map(this.#heights);
    fork.#outputs = new Map(this.#outputs);
    fork.#mempool = [...this.#mempool];
    return fork;
  }

  #append(transactions: readonly PlayTransaction[], timestamp: number, others: number): PlayBlock {
    const made = transactions.flatMap((transaction) => transaction.outputs);
    for (let index = 0; index < others; index += 1) made.push(outputOfOthers(this.#random));
    const height = this.#blocks.length;
    const previousHash = this.#blocks.at(-1)?.hash ?? '00'.repeat(32);
    const block: PlayBlock = {
      hash: hex.encode(blake2b256(utf8(`${previousHash} ${height} ${timestamp} ${hex.encode(this.#random(16))}`))),
      previousHash,
      height,
      timestamp,
      outputs: made.map(servedOutput),
      inputs: transactions.flatMap((transaction) => transaction.inputs),
      transactions,
    };
    this.#blocks.push(block);
    this.#heights.set(block.hash, height);
    for (const output of block.outputs) {
      this.#outputs.set(output.hash, { output, minedAt: height, spentAt: undefined });
    }
    for (const input of block.inputs) this.#markSpent(input, height);
    return block;
  }

  #markSpent(outputHash: string, spentAt: number | undefined): void {
    const mined = this.#outputs.get(outputHash);
    if (mined !== undefined) this.#outputs.set(outputHash, { ...mined, spentAt });
  }
}
