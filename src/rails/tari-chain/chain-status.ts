/** What a watcher of the chain says of itself. Heights are of blocks. */

export interface NodeStatus {
  url: string;
  /** The end of its chain as it last said; null before its first answer. */
  height: number | null;
  lastAnswerAt: Date | null;
  /** Why it is of no use now; null while it is of use. */
  trouble: { since: Date; sentence: string } | null;
}

/** `off`: nothing is watched. `watching`: by this instance. `elsewhere`: by another one, or by none that can. */
export type WatchState = 'off' | 'watching' | 'elsewhere';

export interface ChainStatus {
  state: WatchState;
  /** The last block that was looked through; null before the first. */
  height: number | null;
  /** The highest block that a node has told of. */
  nodeHeight: number | null;
  /** When a node last answered: how old our knowledge is. */
  lastAnswerAt: Date | null;
  /** How long the rest of a long reading takes, in ms, at its pace; null when it is not behind. */
  timeLeftMs: number | null;
  outputsSeen: number;
  paymentsFound: number;
  /** None where another instance watches. */
  nodes: readonly NodeStatus[];
}

/** How many blocks the watcher is behind the nodes; 0 before anything is known. */
export function blocksBehind({ height, nodeHeight }: Pick<ChainStatus, 'height' | 'nodeHeight'>): number {
  return height === null || nodeHeight === null ? 0 : Math.max(0, nodeHeight - height);
}

/**
 * Why an output that was encrypted for the shop is no payment. Beside what the output itself tells: `no_amount` is worth
 * nothing; `contradicted` was reported with another amount before.
 */
export const REFUSAL_REASONS = [
  'wrong_value',
  'foreign_script',
  'covenant',
  'coinbase',
  'unknown_type',
  'locked',
  'no_amount',
  'contradicted',
] as const;
export type RefusalReason = (typeof REFUSAL_REASONS)[number];
