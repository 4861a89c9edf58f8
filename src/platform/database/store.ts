import type { StoredEvent } from '#platform/outbox/store/events.ts';
import type { Repositories } from './transaction.ts';

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

/** Something that one instance at a time does for all. */
export interface Duty {
  /** Aborted when this instance has it no longer; another may have it some seconds later. */
  readonly lost: AbortSignal;
  /** Lets another instance take it. */
  release(): Promise<void>;
}

/** The engine's whole view of the database. */
export interface Store extends UnitOfWork, Reader {
  /** Whether other instances may work with the same database. */
  readonly isShared: boolean;
  /**
   * Takes the duty of that name, for as long as it is not released. Undefined where another instance has it; what has
   * died has none, half a minute later at most.
   * @throws {StoreUnavailableError}
   */
  takeDuty(name: string): Promise<Duty | undefined>;
  /** Calls `listener` after each commit that appended events, with those events in their order. */
  onCommitted(listener: (events: readonly StoredEvent[]) => void): void;
  /** Waits for the works that were taken, then closes. Works that come later are refused. */
  close(): Promise<void>;
}
