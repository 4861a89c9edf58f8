import { Tally } from './coverage.ts';
import { postgresDatabases } from './faults/postgres.ts';
import { sqliteDatabases } from './faults/sqlite.ts';
import { withoutPassingTime } from './frozen-timers.ts';
import { HistoryFailed, playHistory } from './history.ts';
import type { SimulatedDatabases } from './simulated-database.ts';
import type { Mutation } from './simulated-server.ts';

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
  /** The server of PostgreSQL in which the books are kept; in SQLite where there is none. */
  postgresUrl?: string | undefined;
  mutation?: Mutation | undefined;
  /** Hears of what came up since it last heard. */
  report?: (tally: Tally) => void;
  /** So many histories between two reports. */
  reportEvery?: number;
  trace?: ((line: string) => void) | undefined;
  /** Asked after each history: whether to end early. */
  isOver?: () => boolean;
}

/** Plays histories until one finds something. */
export async function play(options: PlayOptions): Promise<Finding | undefined> {
  const { postgresUrl } = options;
  const databases = await (postgresUrl === undefined ? sqliteDatabases() : postgresDatabases(postgresUrl));
  try {
    return await withoutPassingTime(() => playOver(databases, options));
  } finally {
    await databases.close();
  }
}

async function playOver(databases: SimulatedDatabases, options: PlayOptions): Promise<Finding | undefined> {
  const { first, count, stride, mutation, report, reportEvery = 20, trace, isOver = () => false } = options;
  let tally = new Tally();
  for (let index = 0; index < count && !isOver(); index += 1) {
    try {
      await playHistory({ seed: first + index * stride, databases, tally, mutation, ...(trace && { trace }) });
    } catch (error) {
      report?.(tally);
      return findingOf(error);
    }
    if ((index + 1) % reportEvery > 0) continue;
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
