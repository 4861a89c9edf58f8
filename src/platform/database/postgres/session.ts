import {
  type Compilable,
  type CompiledQuery,
  Kysely,
  PostgresDialect,
  type PostgresPool,
  type QueryResult,
} from 'kysely';
import pg from 'pg';
import { postgresMemoIndex } from '#engine/store/search/postgres-memo-index.ts';
import type { Tables } from '#platform/database/tables.ts';
import { type Repositories, repositories } from '#platform/database/transaction.ts';
import type { StoredEvent } from '#platform/outbox/store/events.ts';
import type { PostgresIdentity } from './identity.ts';

/** On this channel every instance hears that there are new events, in the moment of their commit. */
export const EVENTS_CHANNEL = 'tari_payment_server_events';

/** The first error that the database, or the way to it, answered in a transaction. */
export interface DatabaseFailure {
  error: unknown;
  /** Whether the transaction may have been kept all the same: the answer to its commit was lost. */
  mayBeKept: boolean;
}

/** PostgreSQL said no, and the connection is as good as before: FATAL and PANIC end it. */
export function isRefusal(error: unknown): error is pg.DatabaseError {
  return error instanceof pg.DatabaseError && error.severity === 'ERROR' && !isStalePlan(error);
}

/** A newer version has added to a table that this connection has prepared queries of. Another connection knows of it. */
function isStalePlan(error: pg.DatabaseError): boolean {
  return error.code === '0A000' && error.routine === 'RevalidateCachedQuery';
}

/** Names of the queries whose texts are built once: under a name PostgreSQL parses a text once for each connection. */
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
  readonly repositories: Repositories;
  /** The events that were appended. Whoever wants to know of his own puts another list in its place. */
  appended: StoredEvent[] = [];
  failure: DatabaseFailure | undefined;
  /** How many queries have written so far, or failed: after one that failed nothing of a transaction can be kept. */
  writes = 0;
  #hasAppended = false;

  constructor(client: pg.PoolClient) {
    this.#client = client;
    const database = new SessionKysely((query) => this.#query(query));
    this.repositories = repositories(database, postgresMemoIndex, (event) => {
      this.#hasAppended = true;
      this.appended.push(event);
    });
  }

  async begin(text: string): Promise<void> {
    this.failure = undefined;
    this.#hasAppended = false;
    await this.#query({ text });
  }

  /** For what steers the transaction, such as savepoints. */
  async execute(text: string): Promise<void> {
    await this.#query({ text });
  }

  /**
   * @param identity counts the commit, if the transaction has written.
   * @throws where the transaction was not kept, or nobody knows whether it was: `failure` says which.
   * @throws {StoreReplacedError}
   */
  async commit(identity?: PostgresIdentity): Promise<void> {
    // A transaction in which a query failed is rolled back by its commit, without an error.
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

  /** Rolls back. A connection that can't even do that, or is of no more use, is ended. */
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

/** Kysely over one connection. What is compiled already goes to it at once, under its name. */
class SessionKysely extends Kysely<Tables> {
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
