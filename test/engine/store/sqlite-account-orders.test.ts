import SqliteDatabase from 'better-sqlite3';
import { Kysely, SqliteDialect } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { accountOrderRepository } from '#engine/store/account-orders.ts';
import type { EngineTables } from '#engine/store/tables.ts';
import { openSqliteStore } from '#platform/database/sqlite/store.ts';
import { newSqliteDatabase, type SqliteTestDatabase } from '#test/database/database.ts';
import { migrations } from '#test/database/open.ts';
import { ACCOUNTS } from '#test/test-wallets.ts';

/** Each confirmation looks for the orders that the sender's money may pay: among its own, not among all that are open. */

const [{ account }] = ACCOUNTS;

let database: SqliteTestDatabase;
let connection: SqliteDatabase.Database;
beforeAll(async () => {
  database = newSqliteDatabase();
  await (await openSqliteStore(database.url, { maxReadConnections: 1, migrations })).close();
  connection = new SqliteDatabase(database.file);
});
afterAll(async () => {
  connection.close();
  await database.release();
});

/** The steps in which SQLite carries out what the repository asks. */
async function plansOf(ask: (repository: ReturnType<typeof accountOrderRepository>) => Promise<unknown>) {
  const asked: string[] = [];
  const kysely = new Kysely<EngineTables>({
    dialect: new SqliteDialect({ database: connection }),
    log: ({ query }) => {
      asked.push(query.sql);
    },
  });
  await ask(accountOrderRepository(kysely, { dialect: 'sqlite' }));
  return asked.map((sql) => {
    const parameters = Array.from(sql.matchAll(/\?/g), () => null);
    const steps = connection.prepare(`explain query plan ${sql}`).all(...parameters) as { detail: string }[];
    return steps.map(({ detail }) => detail).join('\n');
  });
}

it.each([
  [
    'at a confirmation',
    (repository: ReturnType<typeof accountOrderRepository>) => repository.openForAccount(account, 5),
  ],
  [
    'by an operator',
    (repository: ReturnType<typeof accountOrderRepository>) => repository.openOfLinked(account, undefined, 5),
  ],
])('finds the orders that an account may pay %s without walking through those of others', async (_, ask) => {
  const plans = await plansOf(ask);
  expect(plans).toHaveLength(1);
  expect(plans[0]).toMatch(/SEARCH orders USING INDEX orders_by_customer \(customer_id=\?/);
  expect(plans[0]).toMatch(/SEARCH orders USING INDEX \S+ \(order_id=\?\)/);
  expect(plans[0]).not.toMatch(/SCAN orders|\(status=\?\)/);
});
