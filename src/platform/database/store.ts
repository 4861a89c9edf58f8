import type { Kysely } from 'kysely';
import type { StoredEvent } from '#platform/outbox/stored-event.ts';

/** A database whose tables are those of the repositories over it: each context types its own. */
// biome-ignore lint/suspicious/noExplicitAny: tables of independent contexts have no type in common.
export type AnyDatabase = Kysely<any>;

/** The part of its connection that a repository may use. */
export interface RepositoryConnection {
  readonly dialect: 'sqlite' | 'postgres';
  /**
   * Passes an event that the unit of work has appended to the store's listeners once it is committed.
   * @throws on a read-only connection.
   */
  afterCommit(event: StoredEvent): void;
}

/** Creates a repository: the queries and changes of some tables of one context. */
export type MakeRepository<Repository> = (database: AnyDatabase, connection: RepositoryConnection) => Repository;

/** Through this a unit of work reads and writes. */
export interface Transaction {
  /** The repository that a function creates, cached per connection: `tx.use(orderRepository).find('1')`. */
  use<Repository>(make: MakeRepository<Repository>): Repository;
}

/**
 * Runs a use case as one transaction: everything that `work` wrote is durable when `run` resolves, or none of it is
 * stored. `work` may be run again from the start (after a serialization failure of PostgreSQL, for instance), so it must
 * only read and write through `tx`: no network, no clock, no randomness.
 */
export interface UnitOfWork {
  /** @throws {StoreUnavailableError} if the database could not store it; otherwise whatever `work` throws. */
  run<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
}

/** Reads a consistent snapshot of the committed data, beside the writer. `read` must not write. */
export interface Reader {
  read<T>(read: (tx: Transaction) => Promise<T>): Promise<T>;
}

/** The right to do something that only one instance may do at a time. */
export interface Lease {
  /** Aborted when this instance has lost it; another may acquire it some seconds later. */
  readonly lost: AbortSignal;
  /** Lets another instance acquire it. */
  release(): Promise<void>;
}

/** The engine's whole view of the database. */
export interface Store extends UnitOfWork, Reader {
  /** Whether other instances may work with the same database. */
  readonly isShared: boolean;
  /**
   * Acquires the lease of that name until it is released. Undefined if another instance has it; an instance that has
   * crashed loses its leases within half a minute.
   * @throws {StoreUnavailableError}
   */
  acquireLease(name: string): Promise<Lease | undefined>;
  /** Calls `listener` after each commit that appended events, with those events in their order. */
  onCommitted(listener: (events: readonly StoredEvent[]) => void): void;
  /** Waits for accepted units of work, then closes. Later ones are refused. */
  close(): Promise<void>;
}
