import {
  type Compilable,
  type CompiledQuery,
  Kysely,
  PostgresDialect,
  type PostgresPool,
  type QueryResult,
} from 'kysely';
import pg from 'pg';
import type { Transaction } from '#platform/database/store.ts';
import { transactionOver } from '#platform/database/transaction.ts';
import type { StoredEvent } from '#platform/outbox/stored-event.ts';
import type { PostgresIdentity } from './identity.ts';

/** The channel on which instances are notified of new events at the moment of their commit. */
export const EVENTS_CHANNEL = 'tari_payment_server_events';

/** The first error of the database, or of the connection to it, in a transaction. */
export interface DatabaseFailure {
  error: unknown;
  /** Whether the transaction may have been committed all the same: the response to its commit was lost. */
  mayBeKept: boolean;
}

/** PostgreSQL reported an error but the connection is still usable: FATAL and PANIC end it. */
export function isRefusal(error: unknown): error is pg.DatabaseError {
  return error instanceof pg.DatabaseError && error.severity === 'ERROR' && !isStalePlan(error);
}

/** A newer version has altered a table for which this connection has prepared queries. A new connection has no such plans. */
function isStalePlan(error: pg.DatabaseError): boolean {
  return error.code === '0A000' && error.routine === 'RevalidateCachedQuery';
}

/** Names of the prepared queries: PostgreSQL parses a named query once per connection. */
const queryNames = new Map<string, string>();

function nameOf(text: string): string {
  let name = queryNames.get(text);
  if (name === undefined) {
    name = `query_${queryNames.size + 1}`;
    queryNames.set(text, name);
  }
  return name;
}

/** One connection with its repositories, for one transaction after another. */
export class PostgresSession {
  readonly #client: pg.PoolClient;
  readonly transaction: Transaction;
  /** The events that were appended. A caller that needs those of one transaction replaces the list. */
  appended: StoredEvent[] = [];
  failure: DatabaseFailure | undefined;
  /** How many queries have written or failed so far: after a failure nothing of the transaction can be committed. */
  writes = 0;
  #hasAppended = false;

  constructor(client: pg.PoolClient) {
    this.#client = client;
    const database = new SessionKysely((query) => this.#query(query));
    this.transaction = transactionOver(database, {
      dialect: 'postgres',
      afterCommit: (event) => {
        this.#hasAppended = true;
        this.appended.push(event);
      },
    });
  }

  async begin(text: string): Promise<void> {
    this.failure = undefined;
    this.#hasAppended = false;
    await this.#query({ text });
  }

  /** For transaction control, such as savepoints. */
  async execute(text: string): Promise<void> {
    await this.#query({ text });
  }

  /**
   * @param identity counts the commit if the transaction has written.
   * @throws if the transaction was not committed, or if that is unknown: `failure` says which.
   * @throws {StoreReplacedError}
   */
  async commit(identity?: PostgresIdentity): Promise<void> {
    // If a query failed in a transaction, committing it rolls it back without an error.
    if (this.failure !== undefined) throw this.failure.error;
    const before = identity === undefined ? [] : [identity.countCommit];
    const statements = [...before, ...(this.#hasAppended ? [`notify ${EVENTS_CHANNEL}`] : []), 'commit'];
    let answers: pg.QueryResult | pg.QueryResult[];
    try {
      answers = await this.#client.query(statements.join('; '));
    } catch (error) {
      this.failure = { error, mayBeKept: !isRefusal(error) };
      throw error;
    }
    if (Array.isArray(answers)) identity?.checkCounted(answers[0]?.rows ?? []);
  }

  /** Rolls back. A connection that can't even do that, or is unusable, is ended. */
  async giveUp(): Promise<void> {
    const isOfUse = this.failure === undefined || isRefusal(this.failure.error);
    try {
      await this.#client.query('rollback');
      this.#client.release(!isOfUse);
    } catch {
      this.#client.release(true);
    }
  }

  giveBack(): void {
    this.#client.release();
  }

  async #query(query: pg.QueryConfig): Promise<pg.QueryResult> {
    try {
      const result = await this.#client.query(query);
      if (result.command !== 'SELECT') this.writes += 1;
      return result;
    } catch (error) {
      this.writes += 1;
      this.failure ??= { error, mayBeKept: false };
      throw error;
    }
  }
}

/** Kysely over one connection. Compiled queries are sent directly, as named prepared statements. */
class SessionKysely extends Kysely<unknown> {
  readonly #query: (query: pg.QueryConfig) => Promise<pg.QueryResult>;

  constructor(query: (query: pg.QueryConfig) => Promise<pg.QueryResult>) {
    const client = { query: (text: string, values: unknown[]) => query({ text, values }), release: () => undefined };
    const pool = { connect: async () => client, end: async () => undefined } as unknown as PostgresPool;
    super({ dialect: new PostgresDialect({ pool }) });
    this.#query = query;
  }

  override async executeQuery<Row>(query: CompiledQuery<Row> | Compilable<Row>): Promise<QueryResult<Row>> {
    const { sql: text, parameters } = 'compile' in query ? query.compile() : query;
    const { rows, rowCount } = await this.#query({ name: nameOf(text), text, values: parameters as unknown[] });
    return { rows, numAffectedRows: BigInt(rowCount ?? 0) };
  }
}
