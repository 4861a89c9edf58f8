import { afterEach, describe, expect, it } from 'vitest';
import { addressToEmoji, addressToHex } from '#tari/address.ts';
import { ADMIN, type Answer, borrowServer, errorOf, type TestServer } from '#test/server.ts';
import { ACCOUNTS, personOf } from '#test/test-wallets.ts';

const [ALICE, BOB, CAROL] = ACCOUNTS;

/** 21 billion Tari less one µT: no double holds it. */
const HUGE = 20_999_999_999_999_999n;

let server: TestServer;

afterEach(() => server.close());

const reader = () => server.logIn(ADMIN, 'read_all');

/** Orders of one customer: Alice claims three, one of which is paid and one cancelled; Bob claims one, one is nobody's. */
async function aFewOrders(): Promise<void> {
  for (const id of [1, 2, 3, 4, 5]) await server.order({ id, name: `#${id}`, total_price: `${id}.00` });
  for (const id of ['1', '2', '3']) await server.claim(ALICE, id);
  await server.claim(BOB, '4');
  await server.payConfirmed({ txid: '11', amount: 1_000_000n, order_id: '1' });
  await server.reportPayment({ txid: '12', amount: 7n, order_id: '3' });
  await server.reportPayment({ txid: '13', amount: 5n, sender: BOB.address, order_id: '3' });
  const admin = await server.logIn(ADMIN, 'write');
  await server.post('/api/cancel', { order_id: '3', reason: 'a test' }, { token: admin });
}

const orderIds = (answer: Answer): string[] => answer.json.orders.map((order: { order_id: string }) => order.order_id);
const txids = (answer: Answer): string[] => answer.json.map((payment: { txid: string }) => payment.txid);

/** Reads a list from its beginning to its end, as a client does that follows the header. */
async function readAll(path: string, token: string): Promise<Answer[]> {
  const pages: Answer[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const separator = path.includes('?') ? '&' : '?';
    const page = await server.get(cursor === '' ? path : `${path}${separator}cursor=${cursor}`, { token });
    expect(page.status).toBe(200);
    pages.push(page);
    cursor = page.headers.get('x-next-cursor');
  }
  return pages;
}

async function expectRefused(path: string, token: string, word: string): Promise<void> {
  const error = errorOf(await server.get(path, { token }));
  expect([path, error.status, error.code]).toEqual([path, 400, 'invalid_request']);
  expect(error.error).toContain(word);
}

describe('GET /api/check_token', () => {
  it('says that the token is valid', async () => {
    server = await borrowServer();
    const answer = await server.get('/api/check_token', { token: await server.logIn(ALICE, 'user') });
    expect([answer.status, answer.text]).toEqual([200, 'Token is valid.']);
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
  });

  it('refuses a token without the role user', async () => {
    server = await borrowServer();
    const answer = await server.get('/api/check_token', { token: await server.logIn(ALICE, 'write') });
    expect(errorOf(answer)).toMatchObject({ status: 403, code: 'permission_missing' });
  });
});

describe('what an address sees of itself', () => {
  const ROUTES = ['balance', 'orders', 'unfulfilled_orders', 'payments'];

  it('is what read_all sees of it', async () => {
    server = await borrowServer();
    await aFewOrders();
    const [own, all] = [await server.logIn(ALICE), await reader()];
    for (const route of ROUTES) {
      const answer = await server.get(`/api/${route}`, { token: own });
      expect([answer.status, answer.json.address]).toEqual([200, ALICE.address]);
      expect(answer.text).toBe((await server.get(`/api/${route}/${ALICE.address}`, { token: all })).text);
    }
    const history = await server.get('/api/history', { token: own });
    expect(history.text).toBe((await server.get(`/api/history/address/${ALICE.address}`, { token: all })).text);
  });

  it('needs a token of any role, and is empty for an address that was never seen', async () => {
    server = await borrowServer();
    await aFewOrders();
    const token = await server.logIn(CAROL, 'payment_wallet');
    const empty = { address: CAROL.address };
    expect((await server.get('/api/orders', { token })).json).toEqual({ ...empty, total_orders: 0, orders: [] });
    expect((await server.get('/api/payments', { token })).json).toEqual({ ...empty, total_payments: 0, payments: [] });
    expect((await server.get('/api/balance', { token })).json).toMatchObject({ ...empty, current_balance: 0 });
    expect((await server.get('/api/history', { token })).json).toMatchObject({ ...empty, orders: [], payments: [] });
  });

  it('is not shown to others, whatever they ask for', async () => {
    server = await borrowServer();
    await aFewOrders();
    const token = await server.logIn(BOB, 'user', 'write');
    for (const route of [...ROUTES, 'history/address']) {
      const answer = await server.get(`/api/${route}/${ALICE.address}`, { token });
      expect(errorOf(answer)).toMatchObject({ status: 403, code: 'permission_missing' });
    }
    expect(orderIds(await server.get('/api/orders', { token }))).toEqual(['4']);
    expect(orderIds(await server.get(`/api/orders?address=${ALICE.address}`, { token }))).toEqual(['4']);
  });

  it('has amounts past 2^53 without loss', async () => {
    server = await borrowServer();
    await server.payConfirmed({ amount: HUGE });
    await server.payConfirmed({ amount: HUGE });
    await server.order({ id: 1, total_price: '9007199254.740993' });
    await server.order({ id: 2, total_price: '9007199254.740993' });
    for (const id of ['1', '2']) await server.claim(ALICE, id);
    const token = await server.logIn(ALICE);
    expect((await server.get('/api/payments?limit=1', { token })).text).toContain(`"total_payments":${2n * HUGE},`);
    const orders = await server.get('/api/orders?limit=1', { token });
    expect(orders.text).toContain('"total_orders":18014398509481986,');
    expect(orders.text).toContain('"total_price":9007199254740993,');
    expect((await server.get('/api/balance', { token })).text).toContain(`"total_confirmed":${2n * HUGE},`);
  });
});

describe('GET /api/orders and /api/unfulfilled_orders', () => {
  it('answer what the address claimed, with the sum of the prices', async () => {
    server = await borrowServer();
    await aFewOrders();
    const token = await server.logIn(ALICE);
    const all = await server.get('/api/orders', { token });
    expect(all.json).toMatchObject({ address: ALICE.address, total_orders: 6_000_000 });
    expect(all.json.orders.map((order: { status: string }) => order.status)).toEqual(['Paid', 'New', 'Cancelled']);
    expect(Object.keys(all.json)).toEqual(['address', 'total_orders', 'orders']);
    const open = await server.get('/api/unfulfilled_orders', { token });
    expect(open.json).toMatchObject({ total_orders: 2_000_000 });
    expect(orderIds(open)).toEqual(['2']);
  });

  it('show an order also to whoever paid for it without claiming it', async () => {
    server = await borrowServer();
    await server.order({ id: 1, total_price: '10.00' });
    await server.order({ id: 2, total_price: '1.00' });
    await server.claim(ALICE, '1');
    await server.claim(BOB, '2');
    await server.payConfirmed({ amount: 4_000_000n });
    await server.payConfirmed({ amount: 9_000_000n, sender: BOB.address });
    await server.post('/api/settle/customer/7001', undefined, { token: await server.logIn(ADMIN, 'write') });
    for (const person of [ALICE, BOB]) {
      const pages = await readAll('/api/orders?limit=1', await server.logIn(person));
      expect(pages.flatMap(orderIds)).toEqual(['1', '2']);
      for (const page of pages) expect(page.json.total_orders).toBe(11_000_000);
    }
  });

  it('take the address in every form', async () => {
    server = await borrowServer();
    await aFewOrders();
    const token = await reader();
    for (const form of [addressToHex(ALICE.tariAddress), addressToEmoji(ALICE.tariAddress)]) {
      for (const route of ['orders', 'unfulfilled_orders']) {
        const answer = await server.get(`/api/${route}/${encodeURIComponent(form)}`, { token });
        expect(orderIds(answer)).toContain('2');
      }
    }
    for (const route of ['orders', 'unfulfilled_orders']) await expectRefused(`/api/${route}/nobody`, token, 'address');
  });

  it('are read in pages, every order once, each page with the sum of all', async () => {
    server = await borrowServer();
    await aFewOrders();
    const token = await server.logIn(ALICE);
    for (const limit of [1, 2, 3, 1000]) {
      const pages = await readAll(`/api/orders?limit=${limit}`, token);
      expect(pages.flatMap(orderIds)).toEqual(['1', '2', '3']);
      expect(pages).toHaveLength(Math.ceil(3 / limit));
      for (const page of pages) expect(page.json.total_orders).toBe(6_000_000);
    }
    expect((await server.get('/api/orders', { token })).headers.get('x-next-cursor')).toBeNull();
  });

  it('refuse a bad limit, a cursor of their own making, and one of another list', async () => {
    server = await borrowServer();
    await aFewOrders();
    const token = await server.logIn(ALICE, 'read_all');
    for (const limit of ['0', '1001', '-1', '1.5', 'x', '', '1e2', '9'.repeat(30), '1&limit=2']) {
      for (const route of ['orders', 'unfulfilled_orders', 'payments', `orders/${ALICE.address}`, 'search/orders']) {
        await expectRefused(`/api/${route}?limit=${limit}`, token, 'limit');
      }
    }
    const cursor = (await server.get('/api/orders?limit=1', { token })).headers.get('x-next-cursor');
    const made = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const bad = [
      '',
      'x',
      `${cursor}x`,
      made(['order', '2026-03-10', '1']),
      made(['order', '2026-03-10T12:00:00.000Z', "1' or 1=1"]),
      made(['order', '2026-03-10T12:00:00.000Z', String(2n ** 63n)]),
      made(['order', '2026-03-10T12:00:00.000Z', '01']).slice(0, -1),
      made({ order: 1 }),
      'a'.repeat(3000),
    ];
    for (const wrong of bad) await expectRefused(`/api/orders?cursor=${wrong}`, token, 'cursor');
    await expectRefused(`/api/payments?cursor=${cursor}`, token, 'cursor');
    await expectRefused(`/api/creditors?cursor=${cursor}`, token, 'cursor');
  });
});

describe('GET /api/payments', () => {
  it('answers the payments in pages, every one once, each page with the sum of all', async () => {
    server = await borrowServer();
    for (let txid = 10; txid < 17; txid += 1) {
      await server.reportPayment({ txid: String(txid), amount: 10n });
      if (txid % 2 === 0) server.clock.advance(1000);
    }
    await server.reportPayment({ txid: '20', amount: 3n, sender: BOB.address });
    const [own, all] = [await server.logIn(ALICE), await reader()];
    for (const [path, token] of [['/api/payments', own] as const, [`/api/payments/${ALICE.address}`, all] as const]) {
      const pages = await readAll(`${path}?limit=3`, token);
      expect(pages.map((page) => page.json.payments.length)).toEqual([3, 3, 1]);
      const read = pages.flatMap((page) => page.json.payments.map((payment: { txid: string }) => payment.txid));
      expect(read).toEqual(['10', '11', '12', '13', '14', '15', '16']);
      for (const page of pages) expect(page.json.total_payments).toBe(70);
    }
  });
});

describe('GET /api/payments-for-order/{order_id}', () => {
  it('answers the payments that name the order by either of its names, in pages', async () => {
    server = await borrowServer();
    await aFewOrders();
    await server.reportPayment({ txid: '14', amount: 9n, order_id: '#3' });
    const token = await reader();
    const answer = await server.get('/api/payments-for-order/3', { token });
    expect([answer.status, txids(answer)]).toEqual([200, ['12', '13', '14']]);
    expect(answer.json[0]).toMatchObject({ sender: ALICE.address, amount: 7, order_id: '3', status: 'received' });
    expect((await server.get('/api/payments-for-order/%233', { token })).text).toBe(answer.text);
    expect((await server.get('/api/payments-for-order/5', { token })).text).toBe('[]');
    const pages = await readAll('/api/payments-for-order/3?limit=2', token);
    expect(pages.map(txids)).toEqual([['12', '13'], ['14']]);
  });

  it('refuses an order that does not exist, a name that is none, and callers without read_all', async () => {
    server = await borrowServer();
    await aFewOrders();
    const token = await reader();
    expect(errorOf(await server.get('/api/payments-for-order/404', { token }))).toEqual({
      status: 404,
      code: 'order_not_found',
      error: 'The requested order 404 does not exist',
    });
    await expectRefused('/api/payments-for-order/%00', token, 'order_id');
    await expectRefused('/api/payments-for-order/3?limit=0', token, 'limit');
    const others = await server.logIn(ALICE, 'user', 'write');
    expect(errorOf(await server.get('/api/payments-for-order/3', { token: others })).status).toBe(403);
  });
});

describe('GET /api/search/payments', () => {
  const REFERENCE = 'ab'.repeat(32);

  it('finds a payment by its reference, in either case, by its id, by the order that it names, and by time', async () => {
    server = await borrowServer();
    await aFewOrders();
    server.database.execute(
      `update payments set payment_reference = '${REFERENCE}', block_height = 7 where txid = '13'`,
    );
    const token = await reader();
    const all = await server.get('/api/search/payments', { token });
    const found = async (query: string) => txids(await server.get(`/api/search/payments?${query}`, { token }));
    expect(txids(all)).toEqual(expect.arrayContaining(['12', '13']));
    expect(await found(`payment_reference=${REFERENCE.toUpperCase()}`)).toEqual(['13']);
    expect(await found(`payment_reference=${'cd'.repeat(32)}`)).toEqual([]);
    expect(await found('txid=12')).toEqual(['12']);
    expect(await found('order_id=3')).toEqual(['12', '13']);
    expect(await found(`order_id=3&payment_reference=${REFERENCE}`)).toEqual(['13']);
    expect(await found('until=2000-01-01')).toEqual([]);
    expect(await found('since=2000-01-01')).toEqual(txids(all));
    const [one] = (await server.get(`/api/search/payments?payment_reference=${REFERENCE}`, { token })).json;
    expect(one).toMatchObject({ txid: '13', payment_reference: REFERENCE, block_height: 7 });
    const pages = await readAll('/api/search/payments?order_id=3&limit=1', token);
    expect(pages.map(txids)).toEqual([['12'], ['13']]);
  });

  it('refuses what is no reference, unknown keys, and callers without read_all', async () => {
    server = await borrowServer();
    const token = await reader();
    await expectRefused('/api/search/payments?payment_reference=12', token, 'payment_reference');
    await expectRefused('/api/search/payments?reference=12', token, 'reference');
    const others = await server.logIn(ALICE, 'user', 'write');
    expect(errorOf(await server.get('/api/search/payments', { token: others })).status).toBe(403);
  });
});

describe('GET /api/creditors', () => {
  it('answers who has New orders above zero, with their sums, by customer id', async () => {
    server = await borrowServer();
    const people = [personOf(1), personOf(2), personOf(3)];
    for (const [index, person] of people.entries()) {
      for (const order of [1, 2]) {
        const id = 10 * index + order;
        await server.order({ id, customer: { id: 9 - index }, total_price: '9007199254.740993' });
        await server.claim(person, String(id));
      }
    }
    await server.order({ id: 50, customer: { id: 5 }, total_price: '3.00' });
    await server.order({ id: 60, customer: { id: 6 }, total_price: '0.00' });
    await server.claim(BOB, '60');
    const token = await reader();
    const answer = await server.get('/api/creditors', { token });
    const line = (customer: number) =>
      `{"customer_id":"${customer}","status":"New","total_orders":${2n * 9_007_199_254_740_993n}}`;
    expect([answer.status, answer.text]).toEqual([200, `[${line(7)},${line(8)},${line(9)}]`]);
    const pages = await readAll('/api/creditors?limit=2', token);
    expect(pages.map((page) => page.text)).toEqual([`[${line(7)},${line(8)}]`, `[${line(9)}]`]);
  });
});

describe('GET /api/customer_ids and /api/addresses', () => {
  const CUSTOMERS = ['1', '10', '2', 'guest:5'];

  async function aFewCustomers(): Promise<string[]> {
    for (const id of [10, 2, 1]) await server.order({ id, customer: { id } });
    await server.order({ id: 5, customer: null });
    for (const person of [ALICE, BOB, CAROL]) await server.reportPayment({ sender: person.address });
    return [ALICE, BOB, CAROL].map((person) => person.address).sort();
  }

  it('answer all of them, sorted', async () => {
    server = await borrowServer();
    const addresses = await aFewCustomers();
    const token = await reader();
    expect((await server.get('/api/customer_ids', { token })).json).toEqual(CUSTOMERS);
    expect((await server.get('/api/addresses', { token })).json).toEqual(addresses);
  });

  it('take count and offset, each without the other too', async () => {
    server = await borrowServer();
    const addresses = await aFewCustomers();
    const token = await reader();
    const lists = { customer_ids: CUSTOMERS, addresses };
    for (const [route, all] of Object.entries(lists)) {
      for (const [query, from, to] of [
        ['count=2', 0, 2],
        ['offset=1', 1, undefined],
        ['count=2&offset=1', 1, 3],
        ['count=10000&offset=2', 2, undefined],
        ['count=1&offset=99', 99, undefined],
        ['count=0', 0, 0],
      ] as const) {
        const answer = await server.get(`/api/${route}?${query}`, { token });
        expect([query, answer.status, answer.json]).toEqual([query, 200, all.slice(from, to)]);
      }
      const pages = await readAll(`/api/${route}?count=2`, token);
      expect(pages.flatMap((page) => page.json)).toEqual(all);
      for (const wrong of ['count=-1', 'count=x', 'count=10001', 'offset=-1', 'offset=1.5', 'count=', 'cursor=x']) {
        await expectRefused(`/api/${route}?${wrong}`, token, wrong.split('=')[0] ?? '');
      }
    }
  });
});
