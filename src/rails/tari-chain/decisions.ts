import type { Tip } from './nodes/node-answers.ts';
import type { KnownBlock } from './store/known-block.ts';

/** What the watcher decides, as pure functions of what nodes say and what is kept. */

/**
 * What is to be done about a node's chain. `nothing`: it ends where we stand. `follow`: it goes on above us. `wait`: it
 * is behind us, which is no reorganisation, however far. `look_for_fork`: it has another block at a height that we know.
 */
export type Step = 'nothing' | 'follow' | 'wait' | 'look_for_fork';

/**
 * @param top where we stand.
 * @param atTip our block at the height of the node's tip, if we keep one there.
 * @param topDifficulty all that was done for the chain up to `top`, where a node has said so.
 */
export function nextStep(
  top: KnownBlock,
  tip: Tip,
  atTip: KnownBlock | undefined,
  topDifficulty: bigint | undefined,
): Step {
  if (tip.height > top.height) return 'follow';
  if (tip.height === top.height) return tip.hash === top.hash ? 'nothing' : 'look_for_fork';
  const isOther = atTip?.height === tip.height && atTip.hash !== tip.hash;
  // A chain that is shorter than ours counts only where more was done for it; else it is one that a node has left behind.
  const isHeavier = topDifficulty !== undefined && tip.difficulty !== undefined && tip.difficulty > topDifficulty;
  return isOther && isHeavier ? 'look_for_fork' : 'wait';
}

/** Nodes hear of a block some seconds after each other. One that is further behind than this is not followed. */
const MAX_LEADER_LAG = 2;

/**
 * The node whose chain is followed: the one before as long as it keeps up, else the first of those that do.
 * @param tips of each node, undefined where it has not answered.
 */
export function chooseLeader(tips: readonly (Tip | undefined)[], before: number | undefined): number | undefined {
  const highest = Math.max(...tips.map((tip) => tip?.height ?? -1));
  const keepsUp = (node: number) => {
    const tip = tips[node];
    return tip !== undefined && tip.height >= highest - MAX_LEADER_LAG;
  };
  if (before !== undefined && keepsUp(before)) return before;
  const first = tips.findIndex((_, node) => keepsUp(node));
  return first === -1 ? undefined : first;
}

/** What one node says of outputs: the hashes of those that it has as they are expected; undefined where it did not answer. */
export type Vote = ReadonlySet<string> | undefined;

/** Where several nodes are configured, fewer than this say nothing. */
const MIN_VOTES = 2;

/**
 * Which of the outputs all nodes have that have answered, where enough have.
 * @param votes one of each node that is configured.
 */
export function agreedOutputs(outputHashes: readonly string[], votes: readonly Vote[]): string[] {
  const answered = votes.filter((vote) => vote !== undefined);
  if (answered.length < Math.min(MIN_VOTES, votes.length)) return [];
  return outputHashes.filter((hash) => answered.every((vote) => vote.has(hash)));
}

/** Blocks that are asked for in one go: a few thousand outputs, which take some tenths of a second. */
export const MAX_BLOCKS_AT_ONCE = 25;

/** How many blocks to ask for next: fewer after an answer that was too long, then more again. */
export function nextLimit(limit: number, wasTooLong: boolean): number {
  return wasTooLong ? Math.max(1, Math.floor(limit / 2)) : Math.min(MAX_BLOCKS_AT_ONCE, limit + 1);
}

/** The height from which a payment that stands in a block there, or below, is deep enough. */
export function confirmedUpTo(top: KnownBlock, confirmations: number): number {
  return top.height - confirmations;
}

/** How long it takes at this pace, in ms; undefined before there is a pace. */
export function timeLeftMs(progress: { from: number; to: number; tip: number; elapsedMs: number }): number | undefined {
  const done = progress.to - progress.from;
  return done <= 0 ? undefined : Math.round((progress.elapsedMs / done) * Math.max(0, progress.tip - progress.to));
}
