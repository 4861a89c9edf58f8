import SqliteDatabase from 'better-sqlite3';
import { Kysely, Migrator, PostgresDialect, SqliteDialect } from 'kysely';
import pg from 'pg';
import { migrationsFor } from '#migrations/index.ts';
import type { MigrationDatabase, SchemaDialect } from '#migrations/schema.ts';
import { postgresSchema } from '#platform/database/postgres/schema.ts';
import { sqliteSchema } from '#platform/database/sqlite/schema.ts';
import { sqliteFile } from '#platform/database/url.ts';
import { ACCOUNTS, NOW } from '#test/test-wallets.ts';
import { isOnPostgres, type TestDatabase } from './database.ts';

/** Databases as older versions left them. */

/** The last migration of version 1.0: before accounts were counted. */
export const OLD_VERSION = '0018';

/** Makes the database as the version left it whose last migration has this number, with some rows. */
export async function makeOld(database: TestDatabase, lastMigration = OLD_VERSION): Promise<void> {
  if (isOnPostgres()) {
    database.execute('drop schema public cascade');
    database.execute('create schema public');
  } else {
    const objects = new SqliteDatabase(sqliteFile(database.url));
    emptySqlite(objects);
    objects.close();
  }
  await withKysely(database, async (kysely, schema) => {
    const migrations = Object.entries(migrationsFor(schema)).filter(([name]) => name.slice(0, 4) <= lastMigration);
    const provider = { getMigrations: async () => Object.fromEntries(migrations) };
    const { error } = await new Migrator({ db: kysely, provider }).migrateToLatest();
    if (error !== undefined) throw error;
  });
  for (const statement of rowsOfOld()) database.execute(statement);
}

/** Runs statements of a migration as old versions did on SQLite: each for itself, until there were so many. */
export async function interruptMigration(database: TestDatabase, name: string, afterStatements: number): Promise<void> {
  await withKysely(database, async (kysely, schema) => {
    let left = afterStatements;
    const executor = kysely.getExecutor();
    const executeQuery = executor.executeQuery.bind(executor);
    executor.executeQuery = (query) => {
      if (left === 0) throw new Interruption();
      left -= 1;
      return executeQuery(query);
    };
    const migration = migrationsFor(schema)[name];
    if (migration === undefined) throw new Error(`There is no migration ${name}`);
    await migration.up(kysely).catch((error: unknown) => {
      if (!(error instanceof Interruption)) throw error;
    });
  });
}

class Interruption extends Error {}

async function withKysely(
  { url }: TestDatabase,
  use: (kysely: MigrationDatabase, schema: SchemaDialect) => Promise<void>,
): Promise<void> {
  const kysely: MigrationDatabase = isOnPostgres()
    ? new Kysely({ dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: url, max: 1 }) }) })
    : new Kysely({ dialect: new SqliteDialect({ database: new SqliteDatabase(sqliteFile(url)) }) });
  try {
    await use(kysely, isOnPostgres() ? postgresSchema : sqliteSchema);
  } finally {
    await kysely.destroy();
  }
}

function emptySqlite(database: SqliteDatabase.Database): void {
  database.pragma('journal_mode = wal');
  database.pragma('foreign_keys = off');
  const find = (type: string) =>
    database
      .prepare(
        `select name from sqlite_master where type = ? and name not like 'sqlite%' and name not like 'order_memos_%'`,
      )
      .pluck()
      .all(type) as string[];
  for (const name of find('trigger')) database.exec(`drop trigger "${name}"`);
  for (const name of find('table')) database.exec(`drop table "${name}"`);
  // Where ids were given, they count from 1 again.
  if (database.prepare(`select 1 from sqlite_master where name = 'sqlite_sequence'`).get() !== undefined) {
    database.exec('delete from sqlite_sequence');
  }
}

/** Three customers, each with an account, an order, a payment, a settlement and the events of them. */
function rowsOfOld(): string[] {
  const time = NOW.toISOString();
  return ACCOUNTS.flatMap(({ account, address }, index) => [
    `insert into customers (customer_id, total_paid, created_at, updated_at) values ('c${index}', 10, '${time}', '${time}')`,
    `insert into accounts (account, address, total_confirmed, total_paid, created_at, updated_at)
       values ('${account}', '${address}', 10, 10, '${time}', '${time}')`,
    `insert into customer_addresses (customer_id, account, created_at) values ('c${index}', '${account}', '${time}')`,
    `insert into orders (order_id, customer_id, memo, total_price, currency, exchange_rate, status, claimed_by, created_at,
       updated_at, shop_updated_at)
       values ('order ${index}', 'c${index}', 'a memo ${index}', 10, 'XTM', 1000000, 'Paid', '${account}', '${time}',
         '${time}', '${time}')`,
    `insert into payments (txid, account, sender, amount, payment_type, status, order_id, created_at, updated_at)
       values ('tx ${index}', '${account}', '${address}', 10, 'on_chain', 'confirmed', 'order ${index}', '${time}', '${time}')`,
    `insert into settlements (order_id, account, settlement_type, amount, created_at)
       values ('order ${index}', '${account}', 'single', 10, '${time}')`,
    `insert into events (type, subject, payload, created_at) values ('OrderPaid', 'order ${index}', '{}', '${time}')`,
  ]);
}
