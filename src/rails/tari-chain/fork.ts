import type { Header } from './nodes/node-answers.ts';
import type { KnownBlock } from './store/known-block.ts';

/** What is asked to find out where a node's chain leaves ours. */
export interface ForkPorts {
  /** Our block at that height, or the next lower one that is kept. */
  ours(height: number): Promise<KnownBlock | undefined>;
  /** The node's, undefined above its tip. */
  theirs(height: number): Promise<Pick<Header, 'hash'> | undefined>;
}

/**
 * `none`: the node has our blocks, as far as it goes. `fork`: our last block that it has, and our lowest that it has
 * another for. `nothing_in_common`: it has none of the blocks that are kept; `lowest` is the lowest of them.
 */
export type Fork =
  | { kind: 'none' }
  | { kind: 'fork'; common: KnownBlock; lost: KnownBlock }
  | { kind: 'nothing_in_common'; lowest: KnownBlock };

/** What a node has in the place of a block of ours: the same, another one, or, above its tip, nothing. */
type Found = 'same' | 'other' | 'nothing';

/**
 * Looks where a node's chain leaves ours, from the top down in growing steps, then between the last two: a block names
 * the one before, so two chains that have a block in common have all below it. It takes some twenty questions at most.
 */
export async function findFork({ ours, theirs }: ForkPorts, top: KnownBlock): Promise<Fork> {
  const look = async ({ height, hash }: KnownBlock): Promise<Found> => {
    const header = await theirs(height);
    if (header === undefined) return 'nothing';
    return header.hash === hash ? 'same' : 'other';
  };
  let block = top;
  let found = await look(block);
  /** The lowest of ours that was looked at and is not theirs. */
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

/** At the lowest kept block the steps end: it is looked at whatever the step. */
async function below(ours: ForkPorts['ours'], block: KnownBlock, step: number): Promise<KnownBlock | undefined> {
  for (let size = step; size >= 1; size = Math.floor(size / 2)) {
    const found = await ours(block.height - size);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A kept block between two others, near the middle; undefined where none is. */
async function between(ours: ForkPorts['ours'], low: KnownBlock, high: KnownBlock): Promise<KnownBlock | undefined> {
  const middle = await ours(low.height + Math.floor((high.height - low.height) / 2));
  if (middle !== undefined && middle.height > low.height) return middle;
  // Nothing is kept in the lower half.
  const next = await ours(high.height - 1);
  return next !== undefined && next.height > low.height ? next : undefined;
}
