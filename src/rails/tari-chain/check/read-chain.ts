import { MAX_BLOCKS_AT_ONCE, nextLimit, timeLeftMs } from '#rails/tari-chain/decisions.ts';
import { NodeError } from '#rails/tari-chain/nodes/node-error.ts';
import type { Scanner } from '#rails/tari-chain/scan/scanner.ts';
import type { KnownBlock } from '#rails/tari-chain/store/known-block.ts';
import type { ChainSide, FoundInBlock } from './compare.ts';

/** Reads the chain from a height up to its tip, for a check of the database. Nothing is written. */

/** Rounds over all nodes with exponential back-off: two minutes, in which a node that answered before may recover. */
const MAX_ROUNDS = 8;
/** If no node has ever answered, the settings are more likely wrong. */
const MAX_FIRST_ROUNDS = 2;
const FIRST_PAUSE_MS = 1_000;

/** How far back a reorganisation is followed while the chain is read. */
const KEPT_BLOCKS = 1_000;

export interface ReadPorts {
  scanner: Scanner;
  /** Of the nodes, by index. */
  urls: readonly string[];
  sleep: (milliseconds: number) => Promise<void>;
  monotonicMs: () => number;
  signal: AbortSignal;
  /** Called after each batch of blocks. */
  onProgress: (progress: ReadProgress) => void;
}

export interface ReadProgress {
  from: number;
  height: number;
  tip: number;
  outputs: number;
  found: number;
  /** Undefined before it can be estimated. */
  timeLeftMs: number | undefined;
}

export interface ChainReading extends ChainSide {
  outputs: number;
}

/** No node could be read from. The message names each with its error. */
export class ReadingError extends Error {
  override readonly name = 'ReadingError';
}

/** Queries one node, and the others in turn if that fails. */
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
        if (signal.aborted) throw new ReadingError('Reading the chain was aborted.');
        try {
          const answer = await question(node);
          hasAnswered = true;
          return answer;
        } catch (error) {
          // If the answer is too long, the caller splits its query.
          if (!(error instanceof NodeError) || error.kind === 'too_much') throw error;
          troubles.set(urls[node] ?? '', error.message);
          node = (node + 1) % urls.length;
        }
      }
    }
    const sentences = [...troubles].map(([url, message]) => `${url}: ${message}`);
    throw new ReadingError(`No base node is usable. ${sentences.join(' ')}`);
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

/** The blocks from `next` on. `nothing`: the node's chain is shorter than it reported. `forked`: its chain differs. */
async function readBatch({ scanner }: ReadPorts, ask: AskNodes, { top, next, limit, tip }: Batch) {
  try {
    return await ask(async (node) => {
      const header = await scanner.header(node, next);
      if (header === undefined) return 'nothing';
      if (top !== undefined && header.previousHash !== top.hash) return 'forked';
      // This far below the tip no chain changes, and checking each header would take a request of its own.
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

/** The blocks among these that are still in the chain. */
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
