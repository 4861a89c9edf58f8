import { existsSync } from 'node:fs';
import SqliteDatabase from 'better-sqlite3';
import { Kysely, SqliteDialect } from 'kysely';
import { allMigrations } from '#migrations.ts';
import type { KeptBalances } from '#moving-over/compare.ts';
import type { Scratch } from '#moving-over/plan/scratch.ts';
import { StoreUnavailableError } from '#platform/database/errors.ts';
import { openStore } from '#platform/database/open.ts';
import { isBusy, translate } from '#platform/database/sqlite/errors.ts';
import { takeBackUnfinished } from '#platform/database/sqlite/unfinished.ts';
import { transactionOver } from '#platform/database/transaction.ts';
import { MUST_BE_EMPTY, notEmpty, type Target } from './target.ts';

/** Kept at hand of what is read and written, in KiB: of each as much as its part of the work needs, together the same. */
const WHILE_WRITING = { temp: 24 * 1024, target: 40 * 1024 } as const;
const WHILE_LOOKING_AT_THE_BOOKS = { temp: 4 * 1024, target: 60 * 1024 } as const;

function shareCache(connection: SqliteDatabase.Database, shares: Readonly<Record<string, number>>): void {
  for (const [database, kib] of Object.entries(shares)) connection.pragma(`${database}.cache_size = -${kib}`);
}

/** @throws {StoreUnavailableError} where the database has rows. It need not be there. */
export function refuseFilledSqlite(file: string): void {
  if (!existsSync(file)) return;
  takeBackUnfinished(file);
  const connection = openToRead(file);
  try {
    refuseRows(connection, 'main', file);
  } catch (error) {
    throw translate(error, file);
  } finally {
    connection.close();
  }
}

function openToRead(file: string): SqliteDatabase.Database {
  try {
    return new SqliteDatabase(file, { readonly: true, fileMustExist: true, timeout: 0 });
  } catch (error) {
    throw translate(error, file);
  }
}

function refuseRows(connection: SqliteDatabase.Database, schema: 'main' | 'target', file: string): void {
  const tables = new Set(
    connection.prepare(`select name from ${schema}.sqlite_master where type = 'table'`).pluck().all(),
  );
  for (const table of MUST_BE_EMPTY) {
    if (!tables.has(table)) continue;
    const row = connection.prepare(`select 1 from ${schema}."${table}" limit 1`).get();
    if (row !== undefined) throw new StoreUnavailableError(notEmpty(file, table));
  }
}

/**
 * Attaches the new database to the connection that reads the old one, so that a table is written by one statement.
 * It is made, or brought up to date, before.
 */
export async function openSqliteTarget(scratch: Scratch, databaseUrl: string, file: string): Promise<Target> {
  refuseFilledSqlite(file);
  const store = await openStore(databaseUrl, { maxConnections: 1, migrations: await allMigrations() });
  await store.close();
  const { connection } = scratch;
  try {
    useRollbackJournal(file);
    connection.prepare('attach ? as target').run(file);
    shareCache(connection, WHILE_WRITING);
    nameTables(connection);
    return targetOver(scratch, file);
  } catch (error) {
    if (connection.inTransaction) connection.exec('rollback');
    throw translate(error, file);
  }
}

/**
 * A write-ahead log would hold all that is written, which is looked for in it again and then copied. A journal of what was
 * there before is small, since there is next to nothing; what a killed import leaves is taken back by it. The server
 * goes back to a log when it opens the file: nothing can fail here once the import is committed.
 */
function useRollbackJournal(file: string): void {
  const connection = new SqliteDatabase(file, { fileMustExist: true, timeout: 0 });
  try {
    connection.pragma('journal_mode = delete');
  } catch (error) {
    throw isBusy(error) ? inUse(file, error) : error;
  } finally {
    connection.close();
  }
}

function inUse(file: string, cause: unknown): StoreUnavailableError {
  return new StoreUnavailableError(`The database ${file} is in use: stop the server that has it open`, { cause });
}

/** Statements that name a table and no database mean the new one: its books are read as a server reads them. */
function nameTables(connection: SqliteDatabase.Database): void {
  const tables = connection
    .prepare(`select name from target.sqlite_master where type = 'table' and name not like 'sqlite%'`)
    .pluck()
    .all() as string[];
  for (const table of tables) connection.exec(`create temp view "${table}" as select * from target."${table}"`);
}

/** The first thing that is written: from here on no other process writes to the new database. */
function dropIndexes(connection: SqliteDatabase.Database, file: string): string[] {
  const made = connection
    .prepare(
      `select name, sql from target.sqlite_master where type = 'index' and sql is not null
        and tbl_name in ('orders', 'payments', 'settlements', 'payment_uses', 'customer_addresses', 'audit_log')`,
    )
    .all() as { name: string; sql: string }[];
  try {
    for (const { name } of made) connection.exec(`drop index target."${name}"`);
  } catch (error) {
    throw isBusy(error) ? inUse(file, error) : error;
  }
  return made.map(({ sql }) => sql.replace(/^create (unique )?index /i, 'create $1index target.'));
}

/**
 * References of which the audit adds up both sides, or compares them row by row: a row that refers to nothing is a difference
 * there. All others are looked at here.
 */
const FOUND_BY_AUDIT: ReadonlySet<string> = new Set([
  'payment_uses.txid',
  'payment_uses.settlement_id',
  'payment_uses.taken_by',
  'settlements.order_id',
  'settlements.account',
  'payments.account',
  'orders.claimed_by',
  'customer_addresses.account',
  'order_claims.account',
]);

/** Rows are written without a look at what they refer to. @throws {Error} where one refers to nothing: a bug. */
function requireReferences(connection: SqliteDatabase.Database): void {
  const references = connection
    .prepare(
      `select tables.name as child, keys."from" as column, keys."table" as parent, keys."to" as key
        from target.sqlite_master tables join pragma_foreign_key_list(tables.name, 'target') keys
        where tables.type = 'table'`,
    )
    .all() as { child: string; column: string; parent: string; key: string }[];
  for (const { child, column, parent, key } of references) {
    if (FOUND_BY_AUDIT.has(`${child}.${column}`)) continue;
    const lost = connection
      .prepare(
        `select 1 from target."${child}" child where child."${column}" is not null
          and not exists (select 1 from target."${parent}" parent where parent."${key}" = child."${column}") limit 1`,
      )
      .get();
    if (lost !== undefined) throw new Error(`A row of ${child} would refer to no row of ${parent}`);
  }
}

function targetOver(scratch: Scratch, file: string): Target {
  const { connection } = scratch;
  const database = new Kysely<never>({ dialect: new SqliteDialect({ database: connection }) });
  const context = transactionOver(database, {
    dialect: 'sqlite',
    afterCommit() {
      throw new Error('An import appends no events');
    },
  });
  let indexes: string[] = [];
  return {
    async write(part) {
      const into = `insert into target."${part.table}" (${part.columns.join(', ')})`;
      if ('rows' in part) {
        const statement = connection.prepare(`${into} values (${part.columns.map(() => '?').join(', ')})`);
        for (const row of part.rows) statement.run(...row);
        return;
      }
      const { select, stage, columns } = part;
      const run = () => scratch.exec(`${into} select ${columns.join(', ')} from (${select})`);
      if (stage === undefined) run();
      else scratch.stage(stage.words, stage.total, run);
    },
    reader: { read: (read) => read(context) },
    kept: keptBalances(connection),
    /** Indexes are made of all rows together: row by row they are written to all over. */
    async beginLoading() {
      indexes = dropIndexes(connection, file);
      // Another may have come first.
      refuseRows(connection, 'target', file);
    },
    async endLoading() {
      scratch.stage('Making indexes', indexes.length, () => {
        for (const index of indexes) connection.exec(index);
      });
      shareCache(connection, WHILE_LOOKING_AT_THE_BOOKS);
      requireReferences(connection);
    },
    async commit() {
      try {
        connection.exec('commit');
      } catch (error) {
        throw translate(error, file);
      }
    },
    async close() {
      if (connection.inTransaction) connection.exec('rollback');
    },
  };
}

function keptBalances(connection: SqliteDatabase.Database): KeptBalances {
  return {
    async *accounts() {
      const text = 'select ordinal, total_confirmed - total_paid as balance from target.accounts';
      for (const row of connection.prepare(text).iterate()) yield row as { ordinal: bigint; balance: bigint };
    },
    async elsewhere() {
      return connection
        .prepare(
          `select coalesce((select sum(amount) from target.payments where account is null and status = 'confirmed'), 0)
            - coalesce((select sum(amount) from target.settlements where account is null), 0)`,
        )
        .pluck()
        .get() as bigint;
    },
    async *customers() {
      const text = `select customer_id as customerId, total_current as current, total_paid as paid,
        total_expired as expired, total_cancelled as cancelled from target.customers`;
      for (const row of connection.prepare(text).iterate()) yield row as never;
    },
  };
}
