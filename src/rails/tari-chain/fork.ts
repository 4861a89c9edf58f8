import type { Header } from './nodes/node-answers.ts';
import type { KnownBlock } from './store/known-block.ts';

/** The queries for finding the fork between a node's chain and ours. */
export interface ForkPorts {
  /** Our block at that height, or the next lower kept one. */
  ours(height: number): Promise<KnownBlock | undefined>;
  /** The node's, undefined above its tip. */
  theirs(height: number): Promise<Pick<Header, 'hash'> | undefined>;
}

/**
 * `none`: the node has all of our blocks up to its tip. `fork`: our last block that it has, and our lowest block that it
 * has replaced. `nothing_in_common`: it has none of the kept blocks; `lowest` is the lowest of them.
 */
export type Fork =
  | { kind: 'none' }
  | { kind: 'fork'; common: KnownBlock; lost: KnownBlock }
  | { kind: 'nothing_in_common'; lowest: KnownBlock };

/** What a node has at the height of one of our blocks: the same block, another one, or, above its tip, nothing. */
type Found = 'same' | 'other' | 'nothing';

/**
 * Finds where a node's chain forks from ours, from the top down in growing steps, then by bisection: a block names its
 * predecessor, so two chains that share a block share all blocks below it. It takes about twenty requests at most.
 */
export async function findFork({ ours, theirs }: ForkPorts, top: KnownBlock): Promise<Fork> {
  const look = async ({ height, hash }: KnownBlock): Promise<Found> => {
    const header = await theirs(height);
    if (header === undefined) return 'nothing';
    return header.hash === hash ? 'same' : 'other';
  };
  let block = top;
  let found = await look(block);
  /** Our lowest block so far that is not theirs. */
  let high: { block: KnownBlock; found: Found } | undefined;
  for (let step = 1; found !== 'same'; step *= 2) {
    high = { block, found };
    const lower = await below(ours, block, step);
    if (lower === undefined) break;
    block = lower;
    found = await look(block);
  }
  if (high === undefined) return { kind: 'none' };
  if (found !== 'same') {
    return high.found === 'other' ? { kind: 'nothing_in_common', lowest: high.block } : { kind: 'none' };
  }
  let common = block;
  for (;;) {
    const middle = await between(ours, common, high.block);
    if (middle === undefined) break;
    const there = await look(middle);
    if (there === 'same') common = middle;
    else high = { block: middle, found: there };
  }
  return high.found === 'other' ? { kind: 'fork', common, lost: high.block } : { kind: 'none' };
}

/** The lowest kept block is checked whatever the step. */
async function below(ours: ForkPorts['ours'], block: KnownBlock, step: number): Promise<KnownBlock | undefined> {
  for (let size = step; size >= 1; size = Math.floor(size / 2)) {
    const found = await ours(block.height - size);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A kept block between two others, near the middle; undefined if there is none. */
async function between(ours: ForkPorts['ours'], low: KnownBlock, high: KnownBlock): Promise<KnownBlock | undefined> {
  const middle = await ours(low.height + Math.floor((high.height - low.height) / 2));
  if (middle !== undefined && middle.height > low.height) return middle;
  // Nothing is kept in the lower half.
  const next = await ours(high.height - 1);
  return next !== undefined && next.height > low.height ? next : undefined;
}
