import { MAX_BLOCKS_AT_ONCE, nextLimit, timeLeftMs } from '#rails/tari-chain/decisions.ts';
import { NodeError } from '#rails/tari-chain/nodes/node-error.ts';
import type { Scanner } from '#rails/tari-chain/scan/scanner.ts';
import type { KnownBlock } from '#rails/tari-chain/store/known-block.ts';
import type { ChainSide, FoundInBlock } from './compare.ts';

/** Reads the chain from a height up to its tip, for a check of the books: nothing is written. */

/** Rounds over all nodes with pauses that double: two minutes, in which one that has answered before comes back. */
const MAX_ROUNDS = 8;
/** Where none has ever answered, the settings are wrong more likely. */
const MAX_FIRST_ROUNDS = 2;
const FIRST_PAUSE_MS = 1_000;

/** How far back a reorganisation is followed while the chain is read. */
const KEPT_BLOCKS = 1_000;

export interface ReadPorts {
  scanner: Scanner;
  /** Of the nodes, by their places. */
  urls: readonly string[];
  sleep: (milliseconds: number) => Promise<void>;
  monotonicMs: () => number;
  signal: AbortSignal;
  /** Called behind each batch of blocks. */
  onProgress: (progress: ReadProgress) => void;
}

export interface ReadProgress {
  from: number;
  height: number;
  tip: number;
  outputs: number;
  found: number;
  /** Undefined before there is a pace. */
  timeLeftMs: number | undefined;
}

export interface ChainReading extends ChainSide {
  outputs: number;
}

/** No node could be read from. The message is a sentence that names each with its trouble. */
export class ReadingError extends Error {
  override readonly name = 'ReadingError';
}

/** Asks one node, and the others in turn when that is of no use. */
export type AskNodes = <Answer>(question: (node: number) => Promise<Answer>) => Promise<Answer>;

export function askNodes({ urls, sleep, signal }: Pick<ReadPorts, 'urls' | 'sleep' | 'signal'>): AskNodes {
  let node = 0;
  let hasAnswered = false;
  return async (question) => {
    const troubles = new Map<string, string>();
    const rounds = hasAnswered ? MAX_ROUNDS : MAX_FIRST_ROUNDS;
    for (let round = 0; round < rounds; round += 1) {
      if (round > 0) await sleep(FIRST_PAUSE_MS * 2 ** (round - 1));
      for (let tries = 0; tries < urls.length; tries += 1) {
        if (signal.aborted) throw new ReadingError('The reading was ended.');
        try {
          const answer = await question(node);
          hasAnswered = true;
          return answer;
        } catch (error) {
          // What is too long for one node's answer is asked for in smaller parts by the one who asks.
          if (!(error instanceof NodeError) || error.kind === 'too_much') throw error;
          troubles.set(urls[node] ?? '', error.message);
          node = (node + 1) % urls.length;
        }
      }
    }
    const sentences = [...troubles].map(([url, message]) => `${url}: ${message}`);
    throw new ReadingError(`No base node is of use. ${sentences.join(' ')}`);
  };
}

/** @throws {ReadingError} also when the height is above the tip. */
export async function readChain(ports: ReadPorts, ask: AskNodes, from: number): Promise<ChainReading> {
  const { scanner, onProgress, monotonicMs } = ports;
  const startedAtMs = monotonicMs();
  const first = await ask((node) => scanner.header(node, from));
  if (first === undefined) throw new ReadingError(`No base node has a block at height ${from} yet.`);
  let found: FoundInBlock[] = [];
  let kept: KnownBlock[] = [];
  let outputs = 0;
  let limit = MAX_BLOCKS_AT_ONCE;
  for (;;) {
    const top = kept.at(-1);
    const tip = await ask((node) => scanner.tip(node));
    const next = (top?.height ?? from - 1) + 1;
    if (next > tip.height) break;
    const batch = await readBatch(ports, ask, { top, next, limit, tip: tip.height });
    if (batch === 'too_much') {
      limit = nextLimit(limit, true);
      continue;
    }
    if (batch === 'nothing') break;
    if (batch === 'forked') {
      kept = await keptOfChain(ports, ask, kept);
      const height = kept.at(-1)?.height ?? from - 1;
      found = found.filter((output) => output.height <= height);
      continue;
    }
    found.push(...batch.flatMap((block) => block.found.map((output) => ({ ...output, height: block.height }))));
    outputs += batch.reduce((sum, block) => sum + block.outputs, 0);
    kept = [...kept, ...batch.map(({ height, hash }) => ({ height, hash }))].slice(-KEPT_BLOCKS);
    limit = nextLimit(limit, false);
    const height = kept.at(-1)?.height ?? from;
    const left = timeLeftMs({ from, to: height, tip: tip.height, elapsedMs: monotonicMs() - startedAtMs });
    onProgress({ from, height, tip: tip.height, outputs, found: found.length, timeLeftMs: left });
  }
  return { from, to: kept.at(-1)?.height ?? from, fromTime: new Date(first.timestamp * 1000), found, outputs };
}

interface Batch {
  top: KnownBlock | undefined;
  next: number;
  limit: number;
  tip: number;
}

/** The blocks from `next` on. `nothing`: the node's chain is shorter than it said. `forked`: its chain is another. */
async function readBatch({ scanner }: ReadPorts, ask: AskNodes, { top, next, limit, tip }: Batch) {
  try {
    return await ask(async (node) => {
      const header = await scanner.header(node, next);
      if (header === undefined) return 'nothing';
      if (top !== undefined && header.previousHash !== top.hash) return 'forked';
      // So far below the tip no chain changes, and each header would be a question of its own.
      const proveLinks = next > tip - KEPT_BLOCKS;
      const blocks = await scanner.scan(node, header.hash, Math.min(limit, tip - next + 1), proveLinks);
      if (blocks === undefined || blocks.length === 0 || blocks[0]?.height !== next) {
        throw new NodeError('garbage', 'It does not have a block whose header it has just given.');
      }
      return blocks;
    });
  } catch (error) {
    if (error instanceof NodeError && error.kind === 'too_much' && limit > 1) return 'too_much';
    if (error instanceof NodeError) throw new ReadingError(`A block could not be read: ${error.message}`);
    throw error;
  }
}

/** Those of the blocks that still stand in the chain. */
async function keptOfChain(
  { scanner }: ReadPorts,
  ask: AskNodes,
  blocks: readonly KnownBlock[],
): Promise<KnownBlock[]> {
  const kept = [...blocks];
  for (let top = kept.at(-1); top !== undefined; top = kept.at(-1)) {
    const { height, hash } = top;
    const header = await ask((node) => scanner.header(node, height));
    if (header?.hash === hash) return kept;
    kept.pop();
  }
  if (blocks.length >= KEPT_BLOCKS) throw new ReadingError('The chain was reorganised deeper than can be followed.');
  return kept;
}
