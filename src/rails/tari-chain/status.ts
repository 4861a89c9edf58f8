/** What the watcher says of itself: plain data. Heights are of blocks. */

export interface NodeStatus {
  url: string;
  /** The end of its chain as it last said; null before its first answer. */
  height: number | null;
  lastAnswerAt: Date | null;
  /** Why it is of no use now; null while it is of use. */
  trouble: { since: Date; sentence: string } | null;
}

export interface WatcherStatus {
  /** Whether this instance watches; another one does otherwise, or none can. */
  isWatching: boolean;
  /** The last block that was looked through; null before the first. */
  height: number | null;
  /** The highest block that a node has told of. */
  nodeHeight: number | null;
  /** When a node last answered. */
  lastAnswerAt: Date | null;
  /** How long the rest of a long reading takes, in ms, at its pace; null when it is not behind. */
  timeLeftMs: number | null;
  outputsSeen: number;
  paymentsFound: number;
  /** None where another instance watches. */
  nodes: readonly NodeStatus[];
}
