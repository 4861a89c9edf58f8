import type { Header } from './nodes/node-answers.ts';
import type { KnownBlock } from './store/chain.ts';

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

/**
 * Looks where a node's chain leaves ours, from the top down in growing steps, then between the last two: a block names
 * the one before, so two chains that have a block in common have all below it. It takes some twenty questions at most.
 */
export async function findFork({ ours, theirs }: ForkPorts, top: KnownBlock): Promise<Fork> {
  let lost: KnownBlock | undefined;
  let common: KnownBlock | undefined;
  let probe: KnownBlock | undefined = top;
  for (let step = 1; probe !== undefined; step *= 2) {
    const their = await theirs(probe.height);
    if (their?.hash === probe.hash) {
      common = probe;
      break;
    }
    // Above its tip the node says nothing: that is no other block.
    if (their !== undefined) lost = probe;
    probe = await below(ours, probe, step);
  }
  if (lost === undefined) return { kind: 'none' };
  if (common === undefined) return { kind: 'nothing_in_common', lowest: lost };
  return narrow({ ours, theirs }, common, lost);
}

/** At the lowest kept block the steps end: it is looked at whatever the step. */
async function below(ours: ForkPorts['ours'], block: KnownBlock, step: number): Promise<KnownBlock | undefined> {
  for (let size = step; size >= 1; size = Math.floor(size / 2)) {
    const found = await ours(block.height - size);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function narrow({ ours, theirs }: ForkPorts, low: KnownBlock, high: KnownBlock): Promise<Fork> {
  let common = low;
  let lost = high;
  for (;;) {
    const middle = await ours(common.height + Math.floor((lost.height - common.height) / 2));
    if (middle === undefined || middle.height <= common.height) {
      // Nothing is kept in the lower half.
      const next = await ours(lost.height - 1);
      if (next === undefined || next.height <= common.height) return { kind: 'fork', common, lost };
      if ((await theirs(next.height))?.hash === next.hash) common = next;
      else lost = next;
      continue;
    }
    if ((await theirs(middle.height))?.hash === middle.hash) common = middle;
    else lost = middle;
  }
}
