import type { StoredEvent } from './events.ts';
import type { Repositories } from './repositories.ts';

/**
 * Runs a use case as one transaction: all that `work` wrote is durable when `run` answers, or nothing of it is kept.
 * `work` may be run again from the start (PostgreSQL repeats a transaction that met another), so it must do nothing but
 * read and write through `tx`: no network, no clock, no chance.
 */
export interface UnitOfWork {
  /** @throws {StoreUnavailableError} when the database could not keep it; whatever `work` throws otherwise. */
  run<T>(work: (tx: Repositories) => Promise<T>): Promise<T>;
}

/** Reads a consistent picture of what is committed, beside the writer. `read` must not write. */
export interface Reader {
  read<T>(read: (tx: Repositories) => Promise<T>): Promise<T>;
}

/** The engine's whole view of the database. */
export interface Store extends UnitOfWork, Reader {
  /** Calls `listener` after each commit that appended events, with those events in their order. */
  onCommitted(listener: (events: readonly StoredEvent[]) => void): void;
  /** Waits for the works that were taken, then closes. Works that come later are refused. */
  close(): Promise<void>;
}
