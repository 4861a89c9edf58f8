import { HistoryFailed, playHistory } from './history.ts';
import { emptyDatabase } from './image.ts';
import type { Mutation } from './server.ts';
import { Tally } from './tally.ts';

/** A history that found something, as it goes from one process to another. */
export interface Finding {
  seed: number;
  message: string;
  /** The last steps, oldest first. */
  trail: readonly string[];
  stack: string;
}

export interface PlayOptions {
  /** Which histories: the one with the seed `first`, then every `stride`-th after it. */
  first: number;
  count: number;
  stride: number;
  mutation?: Mutation | undefined;
  /** Hears of what came up since it last heard. */
  report?: (tally: Tally) => void;
  trace?: ((line: string) => void) | undefined;
  /** Asked after each history: whether to end early. */
  isOver?: () => boolean;
}

/** So many histories between two reports. */
const REPORT_EVERY = 20;

/** Plays histories until one finds something. */
export async function play(options: PlayOptions): Promise<Finding | undefined> {
  const { first, count, stride, mutation, report, trace, isOver = () => false } = options;
  const image = await emptyDatabase();
  let tally = new Tally();
  for (let index = 0; index < count && !isOver(); index += 1) {
    try {
      await playHistory({ seed: first + index * stride, image, tally, mutation, ...(trace && { trace }) });
    } catch (error) {
      report?.(tally);
      return findingOf(error);
    }
    if ((index + 1) % REPORT_EVERY > 0) continue;
    report?.(tally);
    tally = new Tally();
  }
  report?.(tally);
  return undefined;
}

function findingOf(error: unknown): Finding {
  if (!(error instanceof HistoryFailed)) throw error;
  const cause = error.cause instanceof Error ? (error.cause.stack ?? '') : '';
  return { seed: error.seed, message: error.message, trail: error.trail, stack: cause };
}
