import type { Store } from '#platform/database/store.ts';
import type { SeededRandom } from '#test/seeded-random.ts';
import type { Words } from './rows/row-text.ts';

/** A database that fails when the simulation says so, as a history sees it. */

/** Something that goes wrong with the database. */
export interface DatabaseFault {
  name: string;
  /** Whether somebody must be told that the database has failed, or nobody may be, since the store bears it. */
  isTold: 'always' | 'perhaps' | 'never';
  /** Whether what was done has been kept although its caller hears the opposite. */
  isKeptUnheard: boolean;
  /** Whether the server's process has ended with it. */
  isEnd: boolean;
}

/** A process of the server, as far as the database knows of it. */
export interface Process {
  isDead: boolean;
}

/** What is planned against the database in one step. */
export interface FaultPlan {
  /** Whether a process may die, or an answer be lost, so that only the paper knows what was kept. */
  mayEndUnheard: boolean;
  /** Whether works come at once: those that are tried more than once again may come in another order. */
  isSeveralAtOnce: boolean;
  /** Whether something is surely read beside the works. */
  isReading: boolean;
  random: SeededRandom;
}

export interface EventRow {
  id: number;
  type: string;
  subject: string;
  /** JSON text, whose names need not be in the order in which they were written. */
  payload: string;
}

/** How often something was written: anywhere, and in the tables of the chain. */
export interface WriteCounts {
  all: number;
  chain: number;
}

/** What the database shows: each table as one text, a row a line. */
export interface DatabaseRows {
  /**
   * Counts what has been written, also what was rolled back: where it has not moved, every table is as it was. Undefined
   * where the database does not tell.
   */
  writes(): WriteCounts | undefined;
  /** See `quickQuery`: what changes most in whole, the journals after these ids, of the rest how many rows there are. */
  quick(settlementsAfter: number, webhooksAfter: number, auditAfter: number): Promise<unknown[]>;
  /** All tables of `THOROUGH_TABLES`. */
  thorough(): Promise<unknown[]>;
  /** All rows of a table as one text, a row a line. */
  table(name: string, text: (words: Words) => string): Promise<string>;
  events(after: number): Promise<EventRow[]>;
  payments(txids: readonly string[]): Promise<string[]>;
  deliveries(): Promise<string[]>;
  /** See `chainQuery`. */
  chain(): Promise<unknown[]>;
  chainBlocks(): Promise<unknown>;
}

/** The database of one history. */
export interface SimulatedDatabase {
  readonly rows: DatabaseRows;
  /** Whether reads do not take their turn among the works, so that those asked for together with works may come first. */
  readonly readsAside: boolean;
  /** The fault that has come up since the last was planned. */
  readonly fired: DatabaseFault | undefined;
  /** Perhaps plans a fault, which comes up if the database gets to its place before it is called off. */
  plan(plan: FaultPlan): void;
  callOff(): void;
  /** The store of one process: after its end it reaches the database no more. */
  openStore(process: Process, changed?: (text: string) => string): Promise<Store>;
  close(): Promise<void>;
}

/** Gives each history its empty database. */
export interface SimulatedDatabases {
  open(): Promise<SimulatedDatabase>;
  close(): Promise<void>;
}
