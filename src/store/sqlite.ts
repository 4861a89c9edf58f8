import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import SqliteDatabase from 'better-sqlite3';
import { type Compilable, type CompiledQuery, Kysely, type QueryResult, SqliteDialect, sql } from 'kysely';
import type { Tables } from './database.ts';
import { sqliteFile } from './database-url.ts';
import { StoreBrokenError, StoreUnavailableError } from './errors.ts';
import type { StoredEvent } from './events.ts';
import { GroupCommit, type WriteConnection } from './group-commit.ts';
import { migrate } from './migrate.ts';
import { type Repositories, repositories } from './repositories.ts';
import type { SchemaDialect } from './schema.ts';
import { createMemoIndex, sqliteMemoIndex } from './sqlite-memo-index.ts';
import type { Store } from './unit-of-work.ts';

/** A connection to a database, as `openSqliteStore` makes its own. */
export type Connection = SqliteDatabase.Database;

/** How long is waited for another process that holds the database, such as a backup or taritools. */
const BUSY_TIMEOUT_MS = 2000;

/** While the writer waits for that, requests that only read are answered: it looks again after so long. */
const BUSY_PAUSE_MS = 10;

/** The page caches of the writer and of each reader, so that a large database does not take all memory. */
const WRITER_CACHE_KIB = 12 * 1024;
const READER_CACHE_KIB = 2 * 1024;

/**
 * After so many pages the write-ahead log is worked into the database file, about 8 MiB. Everybody waits for that, so it is
 * not put off for longer; but a page that changes often goes into the file once.
 */
const CHECKPOINT_PAGES = 2000;

/** The program's statements are fewer; only lists of varying length make more. */
const MOST_CACHED_STATEMENTS = 500;

/** Result codes by which SQLite says that it could not do its part now, but may later. */
const PASSING_CODES = /^SQLITE_(BUSY|LOCKED|FULL|IOERR|READONLY|CANTOPEN|NOMEM|INTERRUPT|PROTOCOL)/;
const BROKEN_CODES = /^SQLITE_(CORRUPT|NOTADB|FORMAT|SCHEMA)/;

/** What the migrations make of SQLite's own. */
export const sqliteSchema: SchemaDialect = {
  integer: 'integer',
  text: 'text',
  time: 'text',
  json: 'text',
  createTable: (database, table) => database.schema.createTable(table).modifyEnd(sql`strict`),
  identity: (column) => column.primaryKey().autoIncrement(),
  async forbid(database, table, change, columns) {
    const of = columns ? sql` of ${sql.join(columns.map((column) => sql.ref(column)))}` : sql``;
    const differs = columns
      ? sql` when ${sql.join(
          columns.map((column) => sql`old.${sql.ref(column)} is not new.${sql.ref(column)}`),
          sql` or `,
        )}`
      : sql``;
    await sql`create trigger ${sql.ref(`${table}_${change}_forbidden`)} before ${sql.raw(change)}${of} on ${sql.table(table)}
      for each row${differs} begin select raise(abort, ${sql.lit(`rows of ${table} are kept: ${change} refused`)}); end`.execute(
      database,
    );
  },
  async require(database, table, column) {
    await sql`create trigger ${sql.ref(`${table}_${column}_required`)} before insert on ${sql.table(table)}
      for each row when new.${sql.ref(column)} is null
      begin select raise(abort, ${sql.lit(`rows of ${table} have a value in ${column}`)}); end`.execute(database);
  },
  async permitNull(database, table, column) {
    await sql`drop trigger ${sql.ref(`${table}_${column}_required`)}`.execute(database);
  },
  async permit(database, table, change) {
    await sql`drop trigger ${sql.ref(`${table}_${change}_forbidden`)}`.execute(database);
  },
  indexMemos: createMemoIndex,
  // SQLite has one writer by itself.
  oneWriter: async () => undefined,
};

function open(file: string, options: { readonly: boolean }): Connection {
  try {
    if (file !== ':memory:' && !options.readonly) makeFile(file);
    const connection = new SqliteDatabase(file, { readonly: options.readonly, timeout: BUSY_TIMEOUT_MS });
    connection.defaultSafeIntegers(true);
    connection.pragma(`cache_size = -${options.readonly ? READER_CACHE_KIB : WRITER_CACHE_KIB}`);
    connection.pragma('foreign_keys = on');
    if (!options.readonly) {
      connection.pragma('journal_mode = wal');
      connection.pragma('synchronous = full');
      connection.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
      // For savepoints and triggers SQLite keeps the pages as they were: in a file that took a third of the time.
      connection.pragma('temp_store = memory');
    }
    return connection;
  } catch (error) {
    throw translate(error, file);
  }
}

/** The books are for the server's own eyes: SQLite gives its other files the mode that this one has. */
function makeFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true });
  closeSync(openSync(file, 'a', 0o600));
}

function isBusy(error: unknown): boolean {
  return error instanceof SqliteDatabase.SqliteError && error.code.startsWith('SQLITE_BUSY');
}

function translate(error: unknown, file?: string): unknown {
  const code = error instanceof SqliteDatabase.SqliteError ? error.code : '';
  const where = file === undefined ? '' : ` ${file}`;
  const cause = { cause: error };
  if (PASSING_CODES.test(code)) {
    return new StoreUnavailableError(`The database${where} can't be used now: ${(error as Error).message}`, cause);
  }
  if (BROKEN_CODES.test(code)) {
    return new StoreBrokenError(`The database${where} is broken: ${(error as Error).message}`, cause);
  }
  return error;
}

/** Kysely prepares each statement anew; SQLite is several times as fast when the same text is prepared once. */
class StatementCache {
  readonly #connection: Connection;
  readonly #statements = new Map<string, SqliteDatabase.Statement>();
  /** How often a statement that writes was asked for, which is each time that one is run. */
  writes = 0;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  prepare(text: string): SqliteDatabase.Statement {
    let statement = this.#statements.get(text);
    if (statement === undefined) {
      if (this.#statements.size >= MOST_CACHED_STATEMENTS) this.#statements.clear();
      statement = this.#connection.prepare(text);
      this.#statements.set(text, statement);
    }
    if (!statement.readonly) this.writes += 1;
    return statement;
  }

  close(): void {
    this.#connection.close();
  }
}

/**
 * A query that is compiled already goes to SQLite at once: it has one connection, which nobody else has in hand while
 * a query runs. To take that and give it back costs Kysely as much time as SQLite needs for a small query.
 */
class SqliteKysely extends Kysely<Tables> {
  readonly #statements: StatementCache;

  constructor(connection: Connection) {
    const statements = new StatementCache(connection);
    super({ dialect: new SqliteDialect({ database: statements }) });
    this.#statements = statements;
  }

  /** How many statements have written so far. */
  get writes(): number {
    return this.#statements.writes;
  }

  override async executeQuery<Row>(query: CompiledQuery<Row> | Compilable<Row>): Promise<QueryResult<Row>> {
    const { sql: text, parameters } = 'compile' in query ? query.compile() : query;
    const statement = this.#statements.prepare(text);
    if (statement.reader) return { rows: statement.all(parameters) as Row[] };
    return { rows: [], numAffectedRows: BigInt(statement.run(parameters).changes) };
  }
}

function writeConnection(connection: Connection, database: SqliteKysely): WriteConnection {
  const prepared = (text: string) => {
    const statement = connection.prepare(text);
    return async () => {
      try {
        statement.run();
      } catch (error) {
        throw translate(error);
      }
    };
  };
  const begin = connection.prepare('begin immediate');
  const rollbackTo = prepared('rollback to work');
  const release = prepared('release work');
  return {
    /** Takes the lock, so that nothing after it has to wait. SQLite's own waiting would stop the whole process. */
    async begin() {
      for (let waitedMs = 0; ; waitedMs += BUSY_PAUSE_MS) {
        try {
          begin.run();
          return;
        } catch (error) {
          if (!isBusy(error) || waitedMs >= BUSY_TIMEOUT_MS) throw translate(error);
        }
        await sleep(BUSY_PAUSE_MS);
      }
    },
    savepoint: prepared('savepoint work'),
    releaseSavepoint: release,
    async rollbackToSavepoint() {
      await rollbackTo();
      await release();
    },
    commit: prepared('commit'),
    rollback: prepared('rollback'),
    writes: () => database.writes,
    isInTransaction: () => connection.inTransaction,
  };
}

export interface SqliteStore extends Store {
  /** The migrations that were applied when it was opened. */
  readonly appliedMigrations: readonly string[];
}

/**
 * Opens the database of a `sqlite://` URL, makes it where it is missing, and brings it up to date.
 * @throws {StoreUnavailableError} where it can't be opened now, {StoreBrokenError} where it is not ours or broken.
 */
export async function openSqliteStore(
  databaseUrl: string,
  options: { maxReadConnections: number },
): Promise<SqliteStore> {
  const file = sqliteFile(databaseUrl);
  const connection = open(file, { readonly: false });
  const database = new SqliteKysely(connection);
  const appliedMigrations = await migrate(database, sqliteSchema).catch((error: unknown) => {
    connection.close();
    throw translate(error, file);
  });
  connection.pragma('busy_timeout = 0');
  // A database in memory has one connection only.
  const readers = file === ':memory:' ? undefined : readerPool(file, options.maxReadConnections);
  return { appliedMigrations, ...sqliteStoreOver(connection, database, readers) };
}

/**
 * The store of a database that is up to date, over the one connection that writes to it. Closing the one closes the other.
 * @param readers read beside the writer; where they are left out, reads take their turn among the writes.
 */
export function sqliteStoreOver(
  connection: Connection,
  database = new SqliteKysely(connection),
  readers?: ReturnType<typeof readerPool>,
): Store {
  const listeners: ((events: readonly StoredEvent[]) => void)[] = [];
  let appended: StoredEvent[] = [];
  const context = repositories(database, sqliteMemoIndex, (event) => appended.push(event));
  const group = new GroupCommit<Repositories>(writeConnection(connection, database), () => {
    const events: StoredEvent[] = [];
    appended = events;
    return {
      context,
      committed: () => {
        if (events.length > 0) for (const listener of listeners) listener(events);
      },
    };
  });

  const run: Store['run'] = (work) =>
    group.run(work).catch((error: unknown) => {
      throw translate(error);
    });
  return {
    run,
    read: readers ? readers.read : run,
    isShared: false,
    takeDuty: async () => ({ lost: new AbortController().signal, release: async () => undefined }),
    onCommitted: (listener) => void listeners.push(listener),
    async close() {
      await group.close();
      await readers?.close();
      connection.close();
    },
  };
}

/** Opens an existing database only to read it. @throws {StoreUnavailableError} where there is none. */
export function openSqliteReader(databaseUrl: string) {
  const file = sqliteFile(databaseUrl);
  if (!existsSync(file)) throw new StoreUnavailableError(`There is no database at ${file}`);
  return readerPool(file, 1);
}

interface ReadConnection {
  begin(): void;
  end(): void;
  close(): void;
  context: Repositories;
}

/**
 * Read-only connections, each reading one committed picture at a time. Most reads are over within a turn of the event loop,
 * and one connection with its cache serves all of them. Another is opened where a read still waits at the end of its turn,
 * behind some that take many.
 */
function readerPool(file: string, most: number) {
  const idle: ReadConnection[] = [];
  const queue: { resolve(connection: ReadConnection): void; reject(error: unknown): void }[] = [];
  let opened = 0;

  const openOne = (): ReadConnection => {
    const connection = open(file, { readonly: true });
    const begin = connection.prepare('begin deferred');
    const commit = connection.prepare('commit');
    opened += 1;
    return {
      begin: () => void begin.run(),
      end: () => void (connection.inTransaction && commit.run()),
      close: () => void connection.close(),
      context: repositories(new SqliteKysely(connection), sqliteMemoIndex, () => {
        throw new Error('Events are appended in a unit of work, not while reading');
      }),
    };
  };
  const take = async (): Promise<ReadConnection> => {
    const connection = idle.pop();
    if (connection !== undefined) return connection;
    if (opened === 0) return openOne();
    if (queue.length === 0 && opened < most) setImmediate(openForWaiting);
    return new Promise((resolve, reject) => queue.push({ resolve, reject }));
  };
  const openForWaiting = () => {
    while (opened < most) {
      const waiting = queue.shift();
      if (waiting === undefined) return;
      try {
        waiting.resolve(openOne());
      } catch (error) {
        waiting.reject(error);
      }
    }
  };
  const giveBack = (connection: ReadConnection) => {
    const next = queue.shift();
    if (next) next.resolve(connection);
    else idle.push(connection);
  };

  return {
    async read<T>(read: (tx: Repositories) => Promise<T>): Promise<T> {
      const connection = await take();
      try {
        connection.begin();
        return await read(connection.context);
      } catch (error) {
        throw translate(error);
      } finally {
        connection.end();
        giveBack(connection);
      }
    },
    async close() {
      for (const connection of idle) connection.close();
    },
  };
}
