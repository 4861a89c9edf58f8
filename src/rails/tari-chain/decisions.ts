import type { Tip } from './nodes/node-answers.ts';
import type { KnownBlock } from './store/known-block.ts';

/** The watcher's decisions, as pure functions of the nodes' answers and the stored state. */

/**
 * What to do about a node's chain. `nothing`: it ends at our position. `follow`: it continues above us. `wait`: it is
 * behind us, which is not a reorganisation, however far. `look_for_fork`: it has another block at a height that we know.
 */
export type Step = 'nothing' | 'follow' | 'wait' | 'look_for_fork';

/**
 * @param top our position.
 * @param atTip our block at the height of the node's tip, if one is kept.
 * @param topDifficulty the accumulated difficulty up to `top`, if a node has reported it.
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
  // A shorter chain counts only if its accumulated difficulty is higher; otherwise the node is still on a stale branch.
  const isHeavier = topDifficulty !== undefined && tip.difficulty !== undefined && tip.difficulty > topDifficulty;
  return isOther && isHeavier ? 'look_for_fork' : 'wait';
}

/** Blocks reach nodes some seconds apart. A node that lags more than this is not followed. */
const MAX_LEADER_LAG = 2;

/**
 * The node whose chain is followed: the previous one as long as it keeps up, otherwise the first that does.
 * @param tips of each node, undefined if it has not answered.
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

/** One node's vote on outputs: the hashes of those that it has exactly as expected; undefined if it did not answer. */
export type Vote = ReadonlySet<string> | undefined;

/** If several nodes are configured, fewer votes than this do not count. */
const MIN_VOTES = 2;

/**
 * The outputs that all answering nodes have, if enough have answered.
 * @param votes one for each configured node.
 */
export function agreedOutputs(outputHashes: readonly string[], votes: readonly Vote[]): string[] {
  const answered = votes.filter((vote) => vote !== undefined);
  if (answered.length < Math.min(MIN_VOTES, votes.length)) return [];
  return outputHashes.filter((hash) => answered.every((vote) => vote.has(hash)));
}

/** Blocks per request: a few thousand outputs, which take some tenths of a second. */
export const MAX_BLOCKS_AT_ONCE = 25;

/** How many blocks to request next: fewer after an answer that was too long, then more again. */
export function nextLimit(limit: number, wasTooLong: boolean): number {
  return wasTooLong ? Math.max(1, Math.floor(limit / 2)) : Math.min(MAX_BLOCKS_AT_ONCE, limit + 1);
}

/** The highest height at which a payment is deep enough. */
export function confirmedUpTo(top: KnownBlock, confirmations: number): number {
  return top.height - confirmations;
}

/** The remaining time at this pace, in ms; undefined before it can be estimated. */
export function timeLeftMs(progress: { from: number; to: number; tip: number; elapsedMs: number }): number | undefined {
  const done = progress.to - progress.from;
  return done <= 0 ? undefined : Math.round((progress.elapsedMs / done) * Math.max(0, progress.tip - progress.to));
}
