/** The status of a chain watcher. Heights are of blocks. */

export interface NodeStatus {
  url: string;
  /** The last reported tip of its chain; null before its first answer. */
  height: number | null;
  lastAnswerAt: Date | null;
  /** Why it is unusable now; null while it works. */
  trouble: { since: Date; sentence: string } | null;
}

/** `off`: nothing is watched. `watching`: by this instance. `elsewhere`: by another one, or by none that can. */
export type WatchState = 'off' | 'watching' | 'elsewhere';

export interface ChainStatus {
  state: WatchState;
  /** The last block that was scanned; null before the first. */
  height: number | null;
  /** The highest block that a node has reported. */
  nodeHeight: number | null;
  /** When a node last answered: how old our knowledge is. */
  lastAnswerAt: Date | null;
  /** Estimated time to catch up, in ms; null if it is not behind. */
  timeLeftMs: number | null;
  outputsSeen: number;
  paymentsFound: number;
  /** Empty if another instance watches. */
  nodes: readonly NodeStatus[];
}

/** How many blocks the watcher is behind the nodes; 0 before anything is known. */
export function blocksBehind({ height, nodeHeight }: Pick<ChainStatus, 'height' | 'nodeHeight'>): number {
  return height === null || nodeHeight === null ? 0 : Math.max(0, nodeHeight - height);
}

/**
 * Why an output that was encrypted for the shop is not a payment. Besides the reasons of the output itself: `no_amount`
 * has the amount 0; `contradicted` was reported with another amount before.
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
