import { getBounded, NOT_FOUND } from './bounded-get.ts';
import {
  type Header,
  headerOf,
  heightOf,
  type ListedBlock,
  listedBlocksOf,
  type Tip,
  tipOf,
  type WholeBlockOutput,
  wholeOutputsOf,
} from './node-answers.ts';
import { NodeError } from './node-error.ts';

/** For short answers. */
const SHORT_ANSWER_TIMEOUT_MS = 10_000;
const MAX_SHORT_ANSWER_BYTES = 256 * 1024;

/** Outputs of blocks are megabytes, perhaps over a slow connection. */
const LONG_ANSWER_TIMEOUT_MS = 45_000;
/** A listed output has about 700 characters and a whole one 4,000; a block has a few thousand outputs at most. */
const MAX_LONG_ANSWER_BYTES = 32 * 1024 * 1024;

/** A client of a base node's HTTP interface. All methods throw NodeError. */
export class NodeClient {
  readonly #url: string;
  readonly #fetch: typeof globalThis.fetch;
  readonly #signal: AbortSignal;

  /**
   * @param url without a slash at its end.
   * @param signal aborts pending requests.
   */
  constructor(url: string, fetch: typeof globalThis.fetch, signal: AbortSignal) {
    this.#url = url;
    this.#fetch = fetch;
    this.#signal = signal;
  }

  async tip(): Promise<Tip> {
    return tipOf(this.#found(await this.#ask('get_tip_info', {})));
  }

  /** The header at a height; undefined above the node's tip. */
  async header(height: number): Promise<Header | undefined> {
    const answer = await this.#ask('get_header_by_height', { height });
    if (answer === NOT_FOUND) return undefined;
    const header = headerOf(answer);
    if (header.height !== height) throw new NodeError('garbage', 'It returned the header of another height.');
    return header;
  }

  /** The height of the tip at a time. */
  async heightAt(time: Date): Promise<number> {
    const seconds = Math.max(0, Math.floor(time.getTime() / 1000));
    return heightOf(this.#found(await this.#ask('get_height_at_time', { time: seconds })));
  }

  /**
   * Up to `limit` complete blocks from the one with that hash on; undefined if the node does not have it in its chain. A
   * node may return fewer.
   */
  async blocksFrom(headerHash: string, limit: number): Promise<ListedBlock[] | undefined> {
    const answer = await this.#ask(
      'sync_utxos_by_block',
      { start_header_hash: headerHash, limit, page: 0, version: 1, exclude_spent: false, exclude_inputs: true },
      true,
    );
    if (answer === NOT_FOUND) return undefined;
    const blocks = listedBlocksOf(answer).slice(0, limit);
    const [first] = blocks;
    if (first === undefined || first.hash !== headerHash) {
      throw new NodeError('garbage', 'The blocks that it listed do not start with the requested one.');
    }
    if (blocks.some((block, index) => block.height !== first.height + index)) {
      throw new NodeError('garbage', 'The blocks that it listed do not follow each other.');
    }
    return blocks;
  }

  /** The outputs of a block with these commitments, by commitment; undefined if the node does not have the block. */
  async wholeOutputs(
    headerHash: string,
    commitments: ReadonlySet<string>,
  ): Promise<Map<string, WholeBlockOutput> | undefined> {
    const answer = await this.#ask('get_utxos_by_block', { header_hash: headerHash }, true);
    return answer === NOT_FOUND ? undefined : wholeOutputsOf(answer, headerHash, commitments);
  }

  #found(answer: unknown): unknown {
    if (answer === NOT_FOUND) throw new NodeError('refused', 'It answered with status 404.');
    return answer;
  }

  #ask(path: string, query: Record<string, string | number | boolean>, isLong = false): Promise<unknown> {
    const search = new URLSearchParams(
      Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
    );
    const question = search.size === 0 ? '' : `?${search}`;
    return getBounded(this.#fetch, {
      url: `${this.#url}/${path}${question}`,
      timeoutMs: isLong ? LONG_ANSWER_TIMEOUT_MS : SHORT_ANSWER_TIMEOUT_MS,
      maxAnswerBytes: isLong ? MAX_LONG_ANSWER_BYTES : MAX_SHORT_ANSWER_BYTES,
      signal: this.#signal,
    });
  }
}
