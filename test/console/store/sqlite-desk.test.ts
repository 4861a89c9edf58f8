import SqliteDatabase from 'better-sqlite3';
import { Kysely, SqliteDialect } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { deskRepository } from '#engine/store/desk.ts';
import type { EngineTables } from '#engine/store/tables.ts';
import { openSqliteStore } from '#platform/database/sqlite/store.ts';
import { eventRepository } from '#platform/outbox/store/events.ts';
import { newSqliteDatabase, type SqliteTestDatabase } from '#test/database/database.ts';
import { migrations } from '#test/database/open.ts';
import { ACCOUNTS, NOW } from '#test/test-wallets.ts';

/** What pages of the console look up costs the same in a shop of a million orders: no query walks through a table. */

const [{ account }] = ACCOUNTS;
const ORDER = { createdAt: NOW, id: 5n };
const PAYMENT = { createdAt: NOW, txid: '5' };

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

/** The steps in which SQLite carries out what is asked. */
async function planOf(ask: (kysely: Kysely<EngineTables>) => Promise<unknown>): Promise<string> {
  const asked: string[] = [];
  const kysely = new Kysely<EngineTables>({
    dialect: new SqliteDialect({ database: connection }),
    log: ({ query }) => {
      asked.push(query.sql);
    },
  });
  await ask(kysely);
  return asked
    .flatMap((sql) => {
      const parameters = Array.from(sql.matchAll(/\?/g), () => null);
      return connection.prepare(`explain query plan ${sql}`).all(...parameters) as { detail: string }[];
    })
    .map(({ detail }) => detail)
    .join('\n');
}

type Desk = ReturnType<typeof deskRepository>;

it.each<[string, (desk: Desk) => Promise<unknown>, RegExp]>([
  ['counts orders', (desk) => desk.countOrders('New', 9), /USING COVERING INDEX orders_by_status/],
  [
    'counts those of a day',
    (desk) => desk.countOrders('New', 9, NOW, NOW),
    /USING COVERING INDEX orders_by_status_and_age/,
  ],
  ['counts partly paid ones', (desk) => desk.countPartlyPaid(9), /orders_partly_paid/],
  ['counts late money', (desk) => desk.countMoney('late', 9), /payments_late/],
  ['counts held money', (desk) => desk.countHeld(9), /payments_held/],
  ['sums a day', (desk) => desk.receivedBetween(NOW, NOW, 9), /USING COVERING INDEX payments_by_day/],
  ['finds the times of paid orders', (desk) => desk.timesOfPaid(9), /orders_by_status_and_age/],
  ['lists partly paid orders', (desk) => desk.partlyPaid(ORDER, 9), /orders_partly_paid/],
  ['finds orders by price', (desk) => desk.ordersOfPrice(1n, ORDER, 9), /orders_by_price/],
  ['finds orders by code', (desk) => desk.ordersOfCode('X', 9), /orders_by_page_code/],
  ['lists orders of a wallet', (desk) => desk.claimedOrders(account, ORDER, 9), /orders_by_claimant/],
  ['lists late money', (desk) => desk.money('late', PAYMENT, 9), /payments_late_by_time/],
  ['lists what is left over', (desk) => desk.money('over', PAYMENT, 9), /payments_left_over/],
  ['finds payments by amount', (desk) => desk.paymentsOfAmount(1n, PAYMENT, 9), /payments_by_amount/],
  ['lists payments of a wallet', (desk) => desk.paymentsOfAccount(account, PAYMENT, 9), /payments_by_account/],
  ['finds shared senders', (desk) => desk.sharedSenders(9), /accounts_with_free_credit/],
  ['finds the customers of a wallet', (desk) => desk.customersOf(account, 9), /customer_addresses_by_account/],
])('%s by an index, and sorts nothing', async (_, ask, index) => {
  const plan = await planOf((kysely) => ask(deskRepository(kysely)));
  expect(plan).toMatch(index);
  expect(plan).not.toMatch(/SCAN (?:orders|payments|accounts|customers|events)(?! USING (?:COVERING )?INDEX)/);
  expect(
    plan.replaceAll('USE TEMP B-TREE FOR ORDER BY', (found) => (/sharedS|customersOf/.test(String(ask)) ? '' : found)),
  ).not.toMatch(/TEMP B-TREE/);
});

it('finds the events of an order by an index', async () => {
  const plan = await planOf((kysely) =>
    eventRepository(kysely as never, { afterCommit: () => undefined }).ofOrder('1', 9),
  );
  expect(plan).toMatch(/events_of_orders/);
});
