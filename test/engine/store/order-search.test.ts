import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { accountRepository } from '#engine/store/accounts.ts';
import { customerRepository } from '#engine/store/customers.ts';
import { type NewOrder, type Order, type OrderPosition, orderRepository } from '#engine/store/orders.ts';
import { type OrderFilter, orderSearchRepository } from '#engine/store/search/order-search.ts';
import { ORDER_STATUSES } from '#engine/store/tables.ts';
import type { OpenedStore } from '#platform/database/open.ts';
import type { ListOrder } from '#platform/list-order.ts';
import { isOnPostgres, newDatabase, type TestDatabase } from '#test/database/database.ts';
import { openStore } from '#test/database/open.ts';
import { ACCOUNTS, aNewOrder, NOW } from '#test/test-wallets.ts';

const [alice] = ACCOUNTS;

let database: TestDatabase;
let store: OpenedStore;

beforeEach(async () => {
  database = await newDatabase();
  store = await openStore(database.url, { maxConnections: 2 });
  await store.run(async (tx) => {
    for (const customerId of ['c1', 'c2', 'c3']) await tx.use(customerRepository).ensure(customerId, NOW);
    await tx.use(accountRepository).ensure(alice.account, alice.address, NOW);
  });
});
afterEach(async () => {
  await store.close();
  await database.release();
});

const search = (filter: OrderFilter, after?: OrderPosition, limit = 1000, order: ListOrder = 'asc') =>
  store.read((tx) => tx.use(orderSearchRepository).search(filter, after, limit, order));

const idsOf = (orders: readonly Order[]) => orders.map((order) => order.orderId);

let lastOrder = 0;

function enter(...orders: Partial<NewOrder>[]): Promise<Order[]> {
  return store.run(async (tx) => {
    const entered: Order[] = [];
    for (const order of orders) {
      lastOrder += 1;
      entered.push(await tx.use(orderRepository).insert(aNewOrder({ orderId: `o${lastOrder}`, ...order })));
    }
    return entered;
  });
}

// ---- What the search promises, in plain words ----------------------------------------------------------------------

/** As LIKE: letters from A to Z are the same in either case, others are not. */
const lowered = (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

function fits(order: Order, filter: OrderFilter): boolean {
  const { memo, orderId, altId, customerId, currency, since, until, statuses } = filter;
  return (
    (memo === undefined || (order.memo !== null && lowered(order.memo).includes(lowered(memo)))) &&
    (orderId === undefined || order.orderId === orderId) &&
    (altId === undefined || order.altId === altId) &&
    (customerId === undefined || order.customerId === customerId) &&
    (currency === undefined || order.currency === currency) &&
    (since === undefined || order.createdAt >= since) &&
    (until === undefined || order.createdAt <= until) &&
    (statuses === undefined || statuses.includes(order.status))
  );
}

function expected(orders: readonly Order[], filter: OrderFilter): string[] {
  const found = orders.filter((order) => fits(order, filter));
  found.sort((one, other) => one.createdAt.getTime() - other.createdAt.getTime() || Number(one.id - other.id));
  return idsOf(found);
}

async function readInPages(filter: OrderFilter, limit: number, order: ListOrder = 'asc'): Promise<string[]> {
  const found: string[] = [];
  let after: OrderPosition | undefined;
  for (;;) {
    const page = await search(filter, after, limit, order);
    found.push(...idsOf(page));
    expect(page.length).toBeLessThanOrEqual(limit);
    after = page.at(-1);
    if (after === undefined || page.length < limit) return found;
  }
}

// ---- Arbitrary orders and filters ----------------------------------------------------------------------------------

/** Few letters, so that texts are found in each other; some that SQL, FTS5 and Unicode have opinions about. */
const letters = fc.constantFrom('a', 'A', 'b', 'B', '%', '_', '\\', '"', "'", ' ', '*', 'ä', 'Ä', 'ß', '😀', '.', '-');
const text = (minLength: number, maxLength: number) =>
  fc.array(letters, { minLength, maxLength }).map((characters) => characters.join(''));

/** Within three seconds, and now and then far away. */
const time = fc.oneof(
  { weight: 20, arbitrary: fc.integer({ min: 0, max: 3000 }).map((ms) => new Date(NOW.getTime() + ms)) },
  fc
    .constantFrom('0001-01-01T00:00:00Z', '1969-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z')
    .map((at) => new Date(at)),
);
const status = fc.constantFrom(...ORDER_STATUSES);

const anOrder: fc.Arbitrary<Partial<NewOrder>> = fc.record({
  altId: fc.option(fc.constantFrom('#1', '#2'), { nil: null }),
  customerId: fc.constantFrom('c1', 'c2', 'c3'),
  memo: fc.option(text(0, 30), { nil: null }),
  currency: fc.constantFrom('XTM', 'USD', 'xtm'),
  status,
  createdAt: time,
});

const aFilter: fc.Arbitrary<OrderFilter> = fc.record(
  {
    memo: fc.oneof({ weight: 3, arbitrary: text(3, 5) }, text(1, 2)),
    orderId: fc.constantFrom('o1', 'o2', 'none'),
    altId: fc.constantFrom('#1', '#2', '#3'),
    customerId: fc.constantFrom('c1', 'c2', 'c4'),
    currency: fc.constantFrom('XTM', 'USD', 'EUR'),
    since: time,
    until: time,
    statuses: fc.uniqueArray(status, { minLength: 1 }),
  },
  { requiredKeys: [] },
);

describe('the search for orders', () => {
  it('finds what a filter over all orders finds, in the same order, in pages of every size', async () => {
    const all: Order[] = [];
    await fc.assert(
      fc.asyncProperty(
        fc.array(anOrder, { maxLength: 25 }),
        fc.array(aFilter, { minLength: 5, maxLength: 10 }),
        fc.integer({ min: 1, max: 7 }),
        async (orders, filters, limit) => {
          // Orders are never taken away, so each run looks at those of the runs before it too.
          all.push(...(await enter(...orders)));
          for (const filter of filters) {
            expect(idsOf(await search(filter))).toEqual(expected(all, filter));
            expect(await readInPages(filter, limit)).toEqual(expected(all, filter));
            expect(await readInPages(filter, limit, 'desc')).toEqual(expected(all, filter).reverse());
          }
        },
      ),
      { numRuns: isOnPostgres() ? 10 : 40 },
    );
  });
  it('does so also where each condition alone leaves many', async () => {
    const many = await enter(
      ...Array.from({ length: 3000 }, (_, index) => ({
        createdAt: new Date(NOW.getTime() + ((index * 7919) % 3000) * 400),
        customerId: index % 2 === 0 ? 'c1' : 'c2',
        currency: index % 3 === 0 ? 'USD' : 'XTM',
        status: ORDER_STATUSES[index % 4] ?? 'New',
        memo: index % 5 === 0 ? null : `please ring ${index % 7 === 0 ? 'twice' : 'once'}`,
      })),
    );
    const since = new Date(NOW.getTime() + 300_000);
    const filters: OrderFilter[] = [
      { memo: 'please' },
      { memo: 'please', statuses: ['New'] },
      { memo: 'TWICE', customerId: 'c1' },
      { memo: 'please', customerId: 'c1', currency: 'USD', statuses: ['New', 'Paid'], since },
      { customerId: 'c2', currency: 'XTM' },
      { currency: 'USD', statuses: ['Paid'], since, until: new Date(since.getTime() + 300_000) },
      { since },
      { memo: 'ic' },
      { memo: 'ic', customerId: 'c2', until: new Date(NOW.getTime() + 900_000) },
    ];
    for (const filter of filters) {
      expect(expected(many, filter).length).toBeGreaterThan(50);
      expect(await readInPages(filter, 97)).toEqual(expected(many, filter));
      expect(await readInPages(filter, isOnPostgres() ? 397 : 97, 'desc')).toEqual(expected(many, filter).reverse());
    }
  });

  it('takes no order twice and leaves none out where many came in one second, or at one moment', async () => {
    const many = await enter(
      ...Array.from({ length: 300 }, (_, index) => ({
        memo: 'the same for all',
        createdAt: new Date(NOW.getTime() + (index % 3 === 0 ? 0 : 999 - (index % 10))),
      })),
    );
    for (const filter of [{ memo: 'same' }, {}, { statuses: ['Unclaimed' as const] }]) {
      for (const limit of isOnPostgres() ? [7, 100] : [1, 7, 100]) {
        expect(await readInPages(filter, limit)).toEqual(expected(many, filter));
        if (limit > 1) expect(await readInPages(filter, limit, 'desc')).toEqual(expected(many, filter).reverse());
      }
    }
  });

  it('finds memos as they are now', async () => {
    const [order] = await enter({ memo: 'leave it here' });
    const change = (current: Order, memo: string | null) =>
      store.run((tx) => tx.use(orderRepository).change(current, { memo }, NOW));
    const changed = await change(order as Order, 'take it away');
    expect(idsOf(await search({ memo: 'leave' }))).toEqual([]);
    expect(idsOf(await search({ memo: 'away' }))).toEqual([changed.orderId]);
    const without = await change(changed, null);
    expect(idsOf(await search({ memo: 'away' }))).toEqual([]);
    await change(without, 'once more');
    expect(idsOf(await search({ memo: 'more' }))).toEqual([changed.orderId]);
  });
});
