import { closeSync, existsSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import SqliteDatabase from 'better-sqlite3';
import { type Compilable, type CompiledQuery, Kysely, type QueryResult, SqliteDialect } from 'kysely';
import { StoreUnavailableError } from '#platform/database/errors.ts';
import { GroupCommit, type WriteConnection } from '#platform/database/group-commit.ts';
import { requireUpToDate } from '#platform/database/migrate.ts';
import type { Migrations } from '#platform/database/migrations.ts';
import type { Store, Transaction } from '#platform/database/store.ts';
import { transactionOver } from '#platform/database/transaction.ts';
import { sqliteFile } from '#platform/database/url.ts';
import { makeFolder } from '#platform/make-folder.ts';
import type { StoredEvent } from '#platform/outbox/stored-event.ts';
import { isBusy, translate } from './errors.ts';
import { SqliteIdentity } from './identity.ts';
import { migrateSqlite, migrationsOf } from './migrate.ts';
import { takeBackUnfinished } from './unfinished.ts';

/** A connection to a database, as `openSqliteStore` makes its own. */
export type Connection = SqliteDatabase.Database;

/** How long to wait for another process that has locked the database, such as a backup or taritools. */
const BUSY_TIMEOUT_MS = 2000;

/** Interval at which the writer retries meanwhile, so that reads are still answered. */
const BUSY_PAUSE_MS = 10;

/** The page caches of the writer and of each reader, so that a large database does not take all memory. */
const WRITER_CACHE_KIB = 12 * 1024;
const READER_CACHE_KIB = 2 * 1024;

/**
 * Pages in the write-ahead log, about 8 MiB, after which SQLite makes a checkpoint. Every request waits for a checkpoint,
 * so it must not grow larger; but a page that changes often is then written to the file only once.
 */
const CHECKPOINT_PAGES = 2000;

/** The program has fewer statements; only lists of varying length make more. */
const MAX_CACHED_STATEMENTS = 500;

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
      // For savepoints and triggers SQLite saves the original pages; in a file that took a third of the time.
      connection.pragma('temp_store = memory');
    }
    return connection;
  } catch (error) {
    throw translate(error, file);
  }
}

/** Only the server's user may read the database: SQLite gives its other files the mode of this one. */
function makeFile(file: string): void {
  try {
    makeFolder(dirname(file));
    closeSync(openSync(file, 'a', 0o600));
  } catch (error) {
    throw new StoreUnavailableError(`The database ${file} can't be made: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** Retries, because two processes that create the same database at the same time collide, and SQLite's busy handler does not cover all of it. */
async function openWriter(file: string): Promise<Connection> {
  for (const deadline = performance.now() + BUSY_TIMEOUT_MS; ; await sleep(BUSY_PAUSE_MS)) {
    try {
      return open(file, { readonly: false });
    } catch (error) {
      const isOver = performance.now() > deadline;
      if (isOver || !(error instanceof StoreUnavailableError) || !isBusy(error.cause)) throw error;
    }
  }
}

/** Kysely prepares a statement for each execution; SQLite is several times as fast when the same text is prepared once. */
class StatementCache {
  readonly #connection: Connection;
  readonly #statements = new Map<string, SqliteDatabase.Statement>();
  /** How often a statement that writes was requested, which is once per execution. */
  writes = 0;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  prepare(text: string): SqliteDatabase.Statement {
    let statement = this.#statements.get(text);
    if (statement === undefined) {
      if (this.#statements.size >= MAX_CACHED_STATEMENTS) this.#statements.clear();
      statement = this.#connection.prepare(withPlainLimits(text));
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
 * SQLite's planner considers the value of a plain `limit ?`, and so prepares the statement again whenever a value is bound:
 * that takes up to a hundred times as long as a small query. It ignores the value of an expression.
 */
function withPlainLimits(text: string): string {
  return text.replace(/\b(limit|offset) \?/g, '$1 ? + 0');
}

/**
 * Sends compiled queries to SQLite directly: there is one connection, which nothing else uses while a query runs.
 * Acquiring and releasing it costs Kysely as much time as SQLite needs for a small query.
 */
class SqliteKysely extends Kysely<unknown> {
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
    /** Takes the write lock, so that no later statement has to wait. SQLite's own busy handler would block the whole thread. */
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
 * Opens the database of a `sqlite://` URL, creates it if it is missing, and brings it up to date.
 * @throws {StoreUnavailableError} if it can't be opened now, {StoreBrokenError} if it is another program's or broken.
 */
export async function openSqliteStore(
  databaseUrl: string,
  options: {
    maxReadConnections: number;
    migrations: Migrations;
    /** Whether to detect that the database was replaced, as a long-running server must. */
    noticeReplacement?: boolean | undefined;
  },
): Promise<SqliteStore> {
  const file = sqliteFile(databaseUrl);
  const connection = await openWriter(file);
  try {
    const database = new SqliteKysely(connection);
    const appliedMigrations = await migrateSqlite(connection, database, file, options.migrations);
    connection.pragma('busy_timeout = 0');
    // A database in memory has only one connection, and no file that could be replaced.
    if (file === ':memory:') return { appliedMigrations, ...sqliteStoreOver(connection, database) };
    const identity = options.noticeReplacement ? new SqliteIdentity(connection, file) : undefined;
    const readers = readerPool(file, options.maxReadConnections, identity);
    return { appliedMigrations, ...sqliteStoreOver(connection, database, readers, identity) };
  } catch (error) {
    connection.close();
    throw translate(error, file);
  }
}

/**
 * The store of an up-to-date database over its one writing connection. Closing the store closes the connection.
 * @param readers read beside the writer; without them, reads are queued among the writes.
 */
export function sqliteStoreOver(
  connection: Connection,
  database = new SqliteKysely(connection),
  readers?: ReturnType<typeof readerPool>,
  identity?: SqliteIdentity,
): Store {
  const listeners: ((events: readonly StoredEvent[]) => void)[] = [];
  let appended: StoredEvent[] = [];
  const context = transactionOver(database, { dialect: 'sqlite', afterCommit: (event) => appended.push(event) });
  const plainWriter = writeConnection(connection, database);
  const writer = identity === undefined ? plainWriter : watched(plainWriter, connection, identity);
  const group = new GroupCommit<Transaction>(writer, () => {
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
    acquireLease: async () => ({ lost: new AbortController().signal, release: async () => undefined }),
    onCommitted: (listener) => void listeners.push(listener),
    async close() {
      await group.close();
      if (identity?.isOverwritten) {
        // The last connection to close would write the old database's log into the new one; a read-only one can't.
        readers?.open();
        connection.close();
        await readers?.close();
      } else {
        await readers?.close();
        connection.close();
      }
      identity?.close();
    },
  };
}

/** The writer, checking before and after each transaction that the database is still the one that was opened. */
function watched(writer: WriteConnection, connection: Connection, identity: SqliteIdentity): WriteConnection {
  const requireSame = identity.watch(connection);
  let writesBefore = writer.writes();
  return {
    ...writer,
    async begin() {
      identity.checkFile();
      await writer.begin();
      requireSame();
      writesBefore = writer.writes();
    },
    async commit() {
      const counted = writer.writes() === writesBefore ? undefined : identity.countCommit();
      try {
        await writer.commit();
      } catch (error) {
        identity.committed(undefined);
        throw error;
      }
      identity.committed(counted);
    },
  };
}

/** Opens an existing database read-only. @throws {StoreUnavailableError | StoreBrokenError} if there is none of this version. */
export function openSqliteReader(databaseUrl: string, migrations: Migrations) {
  const file = sqliteFile(databaseUrl);
  if (!existsSync(file)) throw new StoreUnavailableError(`There is no database at ${file}`);
  takeBackUnfinished(file);
  const connection = open(file, { readonly: true });
  try {
    requireUpToDate(migrations, migrationsOf(connection));
  } catch (error) {
    throw translate(error, file);
  } finally {
    connection.close();
  }
  return readerPool(file, 1);
}

interface ReadConnection {
  begin(): void;
  end(): void;
  close(): void;
  context: Transaction;
}

/**
 * Read-only connections, each reading one committed snapshot at a time. Most reads finish within a turn of the event
 * loop, and one connection with its cache serves them all. Another is opened if a read is still waiting at the end of its
 * turn, behind reads that take several.
 */
function readerPool(file: string, most: number, identity?: SqliteIdentity) {
  const idle: ReadConnection[] = [];
  const queue: { resolve(connection: ReadConnection): void; reject(error: unknown): void }[] = [];
  let opened = 0;

  const openOne = (): ReadConnection => {
    const connection = open(file, { readonly: true });
    const begin = connection.prepare('begin deferred');
    const commit = connection.prepare('commit');
    const requireSame = identity?.watch(connection);
    opened += 1;
    return {
      begin() {
        begin.run();
        requireSame?.();
      },
      end: () => void (connection.inTransaction && commit.run()),
      close: () => void connection.close(),
      context: transactionOver(new SqliteKysely(connection), {
        dialect: 'sqlite',
        afterCommit() {
          throw new Error('Events are appended in a unit of work, not while reading');
        },
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
    async read<T>(read: (tx: Transaction) => Promise<T>): Promise<T> {
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
    /** Opens a connection if there is none. */
    open() {
      if (opened === 0) idle.push(openOne());
    },
    async close() {
      for (const connection of idle) connection.close();
    },
  };
}
