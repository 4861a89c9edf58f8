import { afterEach, describe, expect, it } from 'vitest';
import { orderRepository } from '#engine/store/orders.ts';
import { orderSearchRepository } from '#engine/store/search/order-search.ts';
import { readWrittenTime } from '#platform/written-time.ts';
import { ADMIN, type Answer, borrowServer, errorOf, type TestServer } from '#test/server.ts';
import { ACCOUNTS } from '#test/test-wallets.ts';

const [ALICE] = ACCOUNTS;

let server: TestServer;

afterEach(() => server?.close());

const ids = (answer: Answer): string[] => answer.json.map((order: { order_id: string }) => order.order_id);

/** Five orders on five days, entered in another order than they were made in. */
async function aShop(): Promise<string> {
  await server.order({ id: 3, name: '#3', created_at: '2024-03-13T10:00:00Z', note: 'Ring 100% twice' });
  await server.order({
    id: 1,
    name: '#1',
    created_at: '2024-03-11T00:00:00Z',
    note: 'ring the bell',
    customer: { id: 8 },
  });
  await server.order({ id: 2, name: '#2', created_at: '2024-03-12T10:00:00Z', currency: 'XTR' });
  await server.order({ id: 5, name: '#5', created_at: '2024-03-15T23:59:59Z', note: 'a_b', customer: { id: 8 } });
  await server.order({ id: 4, name: '#4', created_at: '2024-03-14T10:00:00Z', note: 'Spring' });
  await server.claim(ALICE, '3');
  await server.claim(ALICE, '4');
  // The oldest order of the customer is paid first, so this is enough for two.
  await server.payConfirmed({ order_id: '3', amount: 200_000_000n });
  return server.logIn(ADMIN, 'read_all');
}

describe('GET /api/search/orders', () => {
  it('answers orders in their form, oldest first, by each filter alone and by several', async () => {
    server = await borrowServer();
    const token = await aShop();
    const found = async (query: string) => {
      const answer = await server.get(`/api/search/orders${query}`, { token });
      expect([query, answer.status]).toEqual([query, 200]);
      return ids(answer);
    };
    const expected: [query: string, ids: string[]][] = [
      ['', ['1', '2', '3', '4', '5']],
      ['?memo=RING', ['1', '3', '4']],
      ['?memo=ri', ['1', '3', '4']],
      ['?memo=100%25', ['3']],
      ['?memo=%25', ['3']],
      ['?memo=_', ['5']],
      ['?memo=a%25b', []],
      ['?memo=ring%20the%20bell', ['1']],
      ['?order_id=2', ['2']],
      ['?order_id=%232', []],
      ['?alt_id=%232', ['2']],
      ['?customer_id=8', ['1', '5']],
      ['?customer_id=nobody', []],
      ['?currency=XTR', ['2']],
      ['?since=2024-03-14', ['4', '5']],
      ['?since=2024-03-12T10:00:00Z', ['2', '3', '4', '5']],
      ['?until=2024-03-11T0:0:0Z', ['1']],
      ['?until=2024-3-13T10:0:0Z', ['1', '2', '3']],
      ['?since=2024-03-13T11:00:00%2B01:00&until=2024-03-13T11:00:00+01:00', ['3']],
      ['?status=New', ['4']],
      ['?status=Unclaimed', ['1', '5']],
      ['?status=New,Paid', ['2', '3', '4']],
      ['?status=Expired', []],
      ['?status=New,%20Paid,New', ['2', '3', '4']],
      ['?memo=ring&status=New,Unclaimed&customer_id=7001', ['4']],
      ['?customer_id=8&since=2024-03-12&currency=XTM', ['5']],
      ['?order_id=3&memo=bell', []],
      ['?alt_id=%233&status=Paid&currency=XTM&customer_id=7001&memo=twice', ['3']],
    ];
    for (const [query, expectedIds] of expected) expect([query, await found(query)]).toEqual([query, expectedIds]);
    const one = await server.get('/api/search/orders?order_id=3', { token });
    const order = await server.get('/api/order/id/3', { token: await server.logIn(ALICE, 'user') });
    expect(one.json).toEqual([order.json]);
  });

  it('refuses unknown keys, bad times, bad states, and empty filters', async () => {
    server = await borrowServer();
    const token = await aShop();
    for (const query of [
      'state=New',
      'memo=a&x=1',
      'offset=1',
      'status=new',
      'status=',
      'status=New,,Paid',
      'status=New,Lost',
      'status=New&status=Paid',
      'since=yesterday',
      'since=2024-02-30',
      'since=2024-13-01',
      'since=2024-03-11T24:00:00Z',
      'since=2024-03-11T0:60:0Z',
      'until=',
      'until=1710115200',
      'memo=',
      'memo=%00',
      `memo=${'a'.repeat(501)}`,
      'order_id=',
      'order_id=a%0Ab',
      'alt_id=%00',
      'customer_id=',
      'currency=%27',
      'limit=0',
      'limit=1001',
      'cursor=x',
    ]) {
      const error = errorOf(await server.get(`/api/search/orders?${query}`, { token }));
      expect([query, error.status, error.code]).toEqual([query, 400, 'invalid_request']);
    }
  });

  it('refuses callers without read_all', async () => {
    server = await borrowServer();
    await aShop();
    for (const role of ['user', 'write', 'payment_wallet'] as const) {
      const answer = await server.get('/api/search/orders?order_id=3', { token: await server.logIn(ALICE, role) });
      expect(errorOf(answer)).toMatchObject({ status: 403, code: 'permission_missing' });
    }
  });

  it('is read in pages, every order once, also while new ones come', async () => {
    server = await borrowServer();
    const token = await aShop();
    for (const query of ['', 'since=2024-03-01', 'memo=ring', 'memo=ri', 'status=Unclaimed,New', 'currency=XTM']) {
      const all = ids(await server.get(`/api/search/orders?${query}`, { token }));
      const read: string[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const page: Answer = await server.get(
          `/api/search/orders?limit=2&${query}${cursor === '' ? '' : `&cursor=${cursor}`}`,
          { token },
        );
        expect(page.json.length).toBeLessThanOrEqual(2);
        read.push(...ids(page));
        cursor = page.headers.get('x-next-cursor');
        // Older than what was read: a page by number would show its last order again.
        await server.order({ id: 100 + read.length, created_at: '2024-02-01T00:00:00Z', note: 'ring' });
      }
      expect(read.slice(0, all.length)).toEqual(all);
      expect(new Set(read).size).toBe(read.length);
    }
  });

  it('answers everything without a limit, up to 10,000 orders, and says where the rest begins', async () => {
    server = await borrowServer();
    const token = await server.logIn(ADMIN, 'read_all');
    await server.order({ id: 1, created_at: '2020-01-01T00:00:00Z' });
    const { store } = server.app;
    const [first] = await store.read((tx) => tx.use(orderSearchRepository).search({}, undefined, 1));
    await store.run(async (tx) => {
      for (let id = 2; id <= 10_002; id += 1) await tx.use(orderRepository).insert({ ...first!, orderId: String(id) });
    });
    const answer = await server.get('/api/search/orders', { token });
    const read = ids(answer);
    expect([read.length, read[0], read.at(-1)]).toEqual([10_000, '1', '10000']);
    const cursor = answer.headers.get('x-next-cursor');
    const rest = await server.get(`/api/search/orders?cursor=${cursor}`, { token });
    expect([ids(rest), rest.headers.get('x-next-cursor')]).toEqual([['10001', '10002'], null]);
  });

  it('writes prices past 2^53 without loss', async () => {
    server = await borrowServer();
    await server.order({ total_price: '9007199254.740993' });
    const answer = await server.get('/api/search/orders', { token: await server.logIn(ADMIN, 'read_all') });
    expect(answer.text).toContain('"total_price":9007199254740993,');
  });
});

describe('times of a query', () => {
  it.each([
    ['2024-03-11T0:0:0Z', '2024-03-11T00:00:00.000Z'],
    ['2024-03-11', '2024-03-11T00:00:00.000Z'],
    ['2024-3-1', '2024-03-01T00:00:00.000Z'],
    ['2024-03-11T8', '2024-03-11T08:00:00.000Z'],
    ['2024-03-11 8:5', '2024-03-11T08:05:00.000Z'],
    ['2024-03-11t08:05:09.5z', '2024-03-11T08:05:09.500Z'],
    ['2024-03-11T08:05:09.123456789Z', '2024-03-11T08:05:09.123Z'],
    ['2024-03-11T00:00:00+05:30', '2024-03-10T18:30:00.000Z'],
    ['2024-03-11T00:00:00 05:30', '2024-03-10T18:30:00.000Z'],
    ['2024-03-11T00:00:00-0800', '2024-03-11T08:00:00.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
    ['0001-01-01', '0001-01-01T00:00:00.000Z'],
  ])('%s', (text, expected) => {
    expect(readWrittenTime(text)?.toISOString()).toBe(expected);
  });

  it.each([
    '',
    'now',
    '2023-02-29',
    '2024-00-01',
    '2024-01-00',
    '24-01-01',
    '2024-01-01T25',
    '2024-01-01Tx',
    '2024-1-1Z',
    '0000-01-01T00:00:00+01:00',
  ])('refuses %s', (text) => expect(readWrittenTime(text)).toBeUndefined());
});
