import { existsSync } from 'node:fs';
import SqliteDatabase from 'better-sqlite3';
import { Kysely, SqliteDialect } from 'kysely';
import { allMigrations } from '#migrations.ts';
import { StoreUnavailableError } from '#platform/database/errors.ts';
import { openStore } from '#platform/database/open.ts';
import { isBusy, translate } from '#platform/database/sqlite/errors.ts';
import { transactionOver } from '#platform/database/transaction.ts';
import { type Column, MUST_BE_EMPTY, notEmpty, type Target } from './target.ts';

/** Kept at hand of what is written, in KiB. To sort rows for an index or a sum, SQLite takes as much once more. */
const CACHE_KIB = 36 * 1024;

/** @throws {StoreUnavailableError} where the database has rows. It need not be there. */
export function refuseFilledSqlite(file: string): void {
  if (!existsSync(file)) return;
  const connection = openFile(file, { readonly: true });
  try {
    refuseRows(connection, file);
  } catch (error) {
    throw translate(error, file);
  } finally {
    connection.close();
  }
}

function openFile(file: string, options: { readonly: boolean }): SqliteDatabase.Database {
  try {
    return new SqliteDatabase(file, { ...options, fileMustExist: true, timeout: 0 });
  } catch (error) {
    throw translate(error, file);
  }
}

function refuseRows(connection: SqliteDatabase.Database, file: string): void {
  const tables = new Set(connection.prepare(`select name from sqlite_master where type = 'table'`).pluck().all());
  for (const table of MUST_BE_EMPTY) {
    if (!tables.has(table)) continue;
    const row = connection.prepare(`select 1 from "${table}" limit 1`).get();
    if (row !== undefined) throw new StoreUnavailableError(notEmpty(file, table));
  }
}

export async function openSqliteTarget(databaseUrl: string, file: string): Promise<Target> {
  refuseFilledSqlite(file);
  const store = await openStore(databaseUrl, { maxConnections: 1, migrations: await allMigrations() });
  await store.close();
  const connection = openFile(file, { readonly: false });
  try {
    connection.defaultSafeIntegers(true);
    connection.pragma('foreign_keys = on');
    connection.pragma('synchronous = full');
    connection.pragma(`cache_size = -${CACHE_KIB}`);
    begin(connection, file);
    // Another may have come first.
    refuseRows(connection, file);
    return targetOver(connection, file);
  } catch (error) {
    connection.close();
    throw translate(error, file);
  }
}

function begin(connection: SqliteDatabase.Database, file: string): void {
  try {
    connection.exec('begin immediate');
  } catch (error) {
    if (!isBusy(error)) throw error;
    throw new StoreUnavailableError(`The database ${file} is in use: stop the server that has it open`, {
      cause: error,
    });
  }
}

function targetOver(connection: SqliteDatabase.Database, file: string): Target {
  const database = new Kysely<never>({ dialect: new SqliteDialect({ database: connection }) });
  const context = transactionOver(database, {
    dialect: 'sqlite',
    afterCommit() {
      throw new Error('An import appends no events');
    },
  });
  const statements = new Map<string, SqliteDatabase.Statement>();
  let indexes: string[] = [];
  return {
    async insert(table, columns, rows) {
      let statement = statements.get(table);
      if (statement === undefined) {
        const places = columns.map(() => '?').join(', ');
        statement = connection.prepare(`insert into "${table}" (${columns.join(', ')}) values (${places})`);
        statements.set(table, statement);
      }
      for (const row of rows) statement.run(row as Column[]);
    },
    reader: { read: (read) => read(context) },
    kept: {
      async *accounts() {
        for (const row of connection
          .prepare('select ordinal, total_confirmed - total_paid as balance from accounts')
          .iterate()) {
          yield row as { ordinal: bigint; balance: bigint };
        }
      },
      async elsewhere() {
        return connection
          .prepare(
            `select coalesce((select sum(amount) from payments where account is null and status = 'confirmed'), 0)
              - coalesce((select sum(amount) from settlements where account is null), 0)`,
          )
          .pluck()
          .get() as bigint;
      },
      async *customers() {
        const text = `select customer_id as customerId, total_current as current, total_paid as paid,
          total_expired as expired, total_cancelled as cancelled from customers`;
        for (const row of connection.prepare(text).iterate()) yield row as never;
      },
    },
    /** Indexes are made of all rows together: row by row they are written to all over. */
    async beginLoading() {
      const made = connection
        .prepare(
          `select name, sql from sqlite_master where type = 'index' and sql is not null
            and tbl_name in ('orders', 'payments', 'settlements', 'payment_uses', 'customer_addresses', 'audit_log')`,
        )
        .all() as { name: string; sql: string }[];
      indexes = made.map(({ sql }) => sql);
      for (const { name } of made) connection.exec(`drop index "${name}"`);
    },
    async endLoading() {
      for (const index of indexes) connection.exec(index);
    },
    async commit() {
      try {
        connection.exec('commit');
        connection.pragma('wal_checkpoint(truncate)');
      } catch (error) {
        throw translate(error, file);
      }
    },
    async close() {
      if (connection.inTransaction) connection.exec('rollback');
      connection.close();
    },
  };
}
