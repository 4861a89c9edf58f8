import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { customerRepository } from '#engine/store/customers.ts';
import type { OrderPosition } from '#engine/store/orders.ts';
import { type OrderFilter, orderSearchRepository } from '#engine/store/search/order-search.ts';
import type { OpenedStore } from '#platform/database/open.ts';
import type { ListOrder } from '#platform/list-order.ts';
import { newDatabase, type TestDatabase } from '#test/database/database.ts';
import { openStore } from '#test/database/open.ts';
import { NOW } from '#test/test-wallets.ts';

/** More than the search looks at before it sorts all that the index over memos finds. */
const ORDERS = 12_000;

/** Two of three have a memo with `ring`, each thousandth one with `bell`. */
const MAKE_ORDERS = `insert into orders (order_id, customer_id, memo, total_price, currency, exchange_rate, status, created_at,
    updated_at, shop_updated_at)
  select 'o' || n, 'c' || (n % 2), case when n % 3 = 0 then null else 'Ring ' || case when n % 1000 = 1 then 'the BELL' else '' end
    || n end, 1, case when n % 500 = 0 then 'EUR' else 'USD' end, 1, (array['Unclaimed','New','Paid','Expired','Cancelled'])[1 + n % 5],
    timestamptz '${NOW.toISOString()}' + (n / 4) * interval '250 milliseconds', now(), now()
  from generate_series(1, ${ORDERS}) n`;

const NUMBERS = Array.from({ length: ORDERS }, (_, index) => index + 1);

let database: TestDatabase;
let store: OpenedStore;

beforeAll(async () => {
  database = await newDatabase();
  store = await openStore(database.url, { maxConnections: 2 });
  await store.run(async (tx) => {
    for (const customerId of ['c0', 'c1']) await tx.use(customerRepository).ensure(customerId, NOW);
  });
  database.execute(MAKE_ORDERS);
  database.execute('analyze orders');
});
afterAll(async () => {
  await store.close();
  await database.release();
});

async function readInPages(filter: OrderFilter, limit: number, order: ListOrder = 'asc'): Promise<string[]> {
  const found: string[] = [];
  let after: OrderPosition | undefined;
  for (;;) {
    const page = await store.read((tx) => tx.use(orderSearchRepository).search(filter, after, limit, order));
    found.push(...page.map((order) => order.orderId));
    after = page.at(-1);
    if (page.length < limit) return found;
  }
}

const idsWhere = (fits: (n: number) => boolean) => NUMBERS.filter(fits).map((n) => `o${n}`);
const hasBell = (n: number) => n % 1000 === 1 && n % 3 !== 0;

describe('the search in many orders', () => {
  it.each([
    ['a frequent memo', { memo: 'RING' }, (n: number) => n % 3 !== 0, 700],
    ['a rare memo', { memo: 'the bell' }, hasBell, 3],
    ['a memo of two letters', { memo: 'bE' }, hasBell, 3],
    ['a rare memo in some states', { memo: 'bell', statuses: ['New' as const] }, hasBell, 2],
    ['a rare memo of a customer', { memo: 'bell', customerId: 'c1' }, hasBell, 2],
    ['a memo that no order has', { memo: 'never' }, () => false, 10],
    ['a currency', { currency: 'EUR' }, (n: number) => n % 500 === 0, 7],
    ['a state', { statuses: ['Paid' as const] }, (n: number) => n % 5 === 2, 1000],
    ['nothing', {}, () => true, 5000],
  ])('by %s finds all that there are, in their order', async (_, filter: OrderFilter, fits, limit) => {
    const isInState = (n: number) => filter.statuses === undefined || n % 5 === (filter.statuses[0] === 'New' ? 1 : 2);
    const all = idsWhere((n) => fits(n) && isInState(n));
    expect(await readInPages(filter, limit)).toEqual(all);
    expect(await readInPages(filter, limit, 'desc')).toEqual(all.reverse());
  });

  it('by a time begins and ends there', async () => {
    const at = (n: number) => new Date(NOW.getTime() + Math.floor(n / 4) * 250);
    const filter = { memo: 'bell', since: at(3001), until: at(9001) };
    const all = idsWhere((n) => hasBell(n) && n >= 3000 && n <= 9003);
    expect(await readInPages(filter, 2)).toEqual(all);
    expect(await readInPages(filter, 2, 'desc')).toEqual(all.reverse());
  });

  it('has the index over memos', () => {
    const [index] = database.rows(`select indexdef as text from pg_indexes where indexname = 'orders_by_memo'`);
    expect(index?.text).toContain('USING gin (memo gin_trgm_ops)');
  });
});
