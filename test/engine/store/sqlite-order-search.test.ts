import SqliteDatabase from 'better-sqlite3';
import { Kysely, SqliteDialect } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { customerRepository } from '#engine/store/customers.ts';
import { orderRepository } from '#engine/store/orders.ts';
import { orderSearchRepository } from '#engine/store/search/order-search.ts';
import { indexMemos } from '#migrations/memo-index.ts';
import { openSqliteStore, type SqliteStore } from '#platform/database/sqlite/store.ts';
import { newSqliteDatabase, type SqliteTestDatabase } from '#test/database/database.ts';
import { migrations } from '#test/database/open.ts';
import { aNewOrder, NOW } from '#test/test-wallets.ts';

let database: SqliteTestDatabase;
let store: SqliteStore;

beforeEach(async () => {
  database = newSqliteDatabase();
  store = await openSqliteStore(database.url, { maxReadConnections: 1, migrations });
  await store.run((tx) => tx.use(customerRepository).ensure('c1', NOW));
});
afterEach(async () => {
  await store.close();
  await database.release();
});

describe('the index over memos', () => {
  it('finds the orders of a database that is older than it', async () => {
    const memos = ['before the index', null, 'index, too'];
    await store.run(async (tx) => {
      for (const [index, memo] of memos.entries())
        await tx.use(orderRepository).insert(aNewOrder({ orderId: `o${index}`, memo }));
    });
    await store.close();
    const connection = new SqliteDatabase(database.file);
    connection.exec('drop trigger orders_memo_inserted; drop trigger orders_memo_updated; drop table order_memos');
    const kysely = new Kysely({ dialect: new SqliteDialect({ database: connection }) });
    await indexMemos(kysely, { dialect: 'sqlite' });
    await kysely.destroy();
    store = await openSqliteStore(database.url, { maxReadConnections: 1, migrations });
    const found = await store.read((tx) => tx.use(orderSearchRepository).search({ memo: 'index' }, undefined, 10));
    expect(found.map((order) => order.orderId)).toEqual(['o0', 'o2']);
  });
});

describe('the plans of the search', () => {
  const planOf = (sql: string) => {
    const steps = database.rows(`explain query plan ${sql}`);
    return steps.map((step) => String(step.detail)).join('\n');
  };

  it('merge the states without sorting', () => {
    const branch = (status: string) =>
      `select orders.* from orders where orders.currency = 'XTM' and orders.status = '${status}' and (orders.created_at, orders.id) > ('2026', 5)`;
    const plan = planOf(`${branch('New')} union all ${branch('Paid')} order by created_at, id limit 100`);
    expect(plan).toContain('MERGE (UNION ALL)');
    expect(plan).toContain('USING INDEX orders_by_currency');
    expect(plan).not.toContain('TEMP B-TREE');
  });

  it('does so from the newest on, too', () => {
    const branch = (status: string) =>
      `select orders.* from orders where orders.currency = 'XTM' and orders.status = '${status}' and (orders.created_at, orders.id) < ('2026', 5)`;
    const plan = planOf(`${branch('New')} union all ${branch('Paid')} order by created_at desc, id desc limit 100`);
    expect(plan).toContain('MERGE (UNION ALL)');
    expect(plan).not.toContain('TEMP B-TREE');
    const memos = planOf(`select found.position from
      (select order_memos.rowid as position from order_memos where order_memos match '"bel"') found
      cross join orders on orders.id = (found.position & 1073741823) order by found.position desc limit 100`);
    expect(memos).not.toContain('TEMP B-TREE');
  });
});
