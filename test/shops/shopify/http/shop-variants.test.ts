import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { parseJson, stringifyJson } from '#platform/json.ts';
import { borrowServer, startServer, type TestServer } from '#test/server.ts';
import { ACCOUNTS } from '#test/test-wallets.ts';

/** Relatives of what real shops sent and what went wrong once (shop-cases.test.ts), by the webhooks' own way in. */

const [ALICE] = ACCOUNTS;
const XTM = 1_000_000n;
const ORDER_ID = 8_997_470_732_594;
const EDITED = parseJson(
  readFileSync(new URL('../../../vectors/cases/edited-order.json', import.meta.url), 'utf8'),
) as Record<string, Record<string, unknown>>;
const WHOLE = EDITED['orders/create'] ?? {};

let server: TestServer;
afterEach(() => server.close());

/** An order of 25.80 as it was made, but for what is said. */
const bodyOf = (changes: Record<string, unknown> = {}) => stringifyJson({ ...WHOLE, id: ORDER_ID, ...changes });
const send = (topic: string, body: string, headers: Record<string, string> = {}) =>
  server.webhook(body, { path: '/shopify/webhook', topic, headers });
const orders = () => server.rows('select order_id, total_price, status, customer_id from orders order by id');
const asideCount = () => server.rows("select id from webhooks where state = 'set_aside'").length;

async function start(settings: Record<string, string> = {}): Promise<void> {
  server = Object.keys(settings).length === 0 ? await borrowServer() : await startServer({ settings });
  await server.app.engine.exchangeRates.set('USD', 30n * XTM, 'test');
}

/** What of the set is left out, so that the plain field counts. */
const dueNow = (total: string, more: Record<string, unknown> = {}) => ({
  current_total_price: total,
  current_total_price_set: null,
  current_subtotal_price: total,
  current_subtotal_price_set: null,
  total_outstanding: total,
  ...more,
});

const PRICES: readonly [what: string, changes: Record<string, unknown>, price: bigint][] = [
  ['an item of which fewer are left', dueNow('15.90'), 477n],
  ['an item that was added', dueNow('41.70'), 1251n],
  ['a price with one decimal', dueNow('9.9'), 297n],
  ['a price without decimals', dueNow('10'), 300n],
  [
    'what is due now in its set alone',
    {
      current_total_price: null,
      current_total_price_set: { shop_money: { amount: '9.90', currency_code: 'USD' } },
      total_outstanding: '9.90',
    },
    297n,
  ],
  [
    'an older body, without what is due now',
    {
      current_total_price: undefined,
      current_total_price_set: undefined,
      current_subtotal_price: undefined,
      current_subtotal_price_set: undefined,
      total_outstanding: undefined,
    },
    774n,
  ],
  ['a gift card that has paid 10.00 of it', { total_outstanding: '15.80', financial_status: 'partially_paid' }, 474n],
  [
    'a gift card that has paid 10.00 of an edited order',
    dueNow('15.90', { total_outstanding: '5.90', financial_status: 'partially_paid' }),
    177n,
  ],
  ['an amount outstanding that is above the price', { total_outstanding: '99.00' }, 774n],
];

describe('what is charged', () => {
  it.each(PRICES)('is right of %s, when it is new and when it is told later', async (_what, changes, price) => {
    await start();
    await send('orders/create', bodyOf(changes));
    expect(orders()).toMatchObject([{ total_price: price * XTM, status: 'Unclaimed' }]);
    await send('orders/create', bodyOf({ id: 2 }));
    const later = { updated_at: '2026-11-20T13:00:00-05:00' };
    await send('orders/updated', bodyOf({ ...changes, id: 2, ...later }));
    expect(orders()).toMatchObject([{}, { total_price: price * XTM, status: 'Unclaimed' }]);
  });

  it('is lowered by an edit to what has come already, and the order is paid by that', async () => {
    await start();
    await send('orders/create', bodyOf());
    await server.payConfirmed({ amount: 297n * XTM, order_id: String(ORDER_ID) });
    expect(orders()).toMatchObject([{ status: 'New' }]);
    await send('orders/updated', bodyOf({ ...dueNow('9.90'), updated_at: '2026-11-20T13:00:00-05:00' }));
    expect(orders()).toMatchObject([{ status: 'Paid', total_price: 297n * XTM }]);
  });

  it('is raised by an edit after half of it has come, and the rest is what is missing', async () => {
    await start();
    await send('orders/create', bodyOf(dueNow('9.90')));
    await server.payConfirmed({ amount: 100n * XTM, order_id: String(ORDER_ID) });
    await send('orders/updated', bodyOf({ updated_at: '2026-11-20T13:00:00-05:00' }));
    const token = await server.logIn(ALICE, 'user', 'read_all');
    const { json } = await server.get(`/api/order/id/${ORDER_ID}`, { token });
    expect(json).toMatchObject({ status: 'New', amount_missing: 674_000_000, amount_outstanding: '25.80' });
  });

  it('of an order that is paid here stays as it was paid, whatever is edited later', async () => {
    await start();
    await send('orders/create', bodyOf());
    await server.payConfirmed({ amount: 774n * XTM, order_id: String(ORDER_ID) });
    for (const price of ['9.90', '99.00', '0.00']) {
      await send('orders/updated', bodyOf({ ...dueNow(price), updated_at: '2026-11-20T14:00:00-05:00' }));
    }
    expect(orders()).toMatchObject([{ status: 'Paid', total_price: 774n * XTM }]);
  });

  it.each([
    ['no number', 'free'],
    ['less than nothing', '-1.00'],
    ['an exponent', '1e3'],
    ['a comma', '9,90'],
    ['empty', ''],
  ])('is not guessed where what is due now is %s: it is kept for a person', async (_what, price) => {
    await start();
    const answer = await send('orders/create', bodyOf({ current_total_price: price, current_total_price_set: null }));
    expect([answer.status, answer.json.success]).toEqual([200, false]);
    expect([orders(), asideCount()]).toEqual([[], 1]);
  });
});

describe('an update that comes late', () => {
  it('does not raise what an edit has lowered, nor open what was cancelled', async () => {
    await start();
    await send('orders/create', bodyOf());
    await send('orders/updated', bodyOf({ ...dueNow('9.90'), updated_at: '2026-11-20T13:00:00-05:00' }));
    await send('orders/updated', bodyOf({ updated_at: '2026-11-20T12:00:00-05:00' }));
    expect(orders()).toMatchObject([{ total_price: 297n * XTM }]);
    const cancelled = { cancelled_at: '2026-11-20T13:30:00-05:00', updated_at: '2026-11-20T13:30:00-05:00' };
    await send('orders/cancelled', bodyOf(cancelled));
    for (const topic of ['orders/updated', 'orders/create']) await send(topic, bodyOf());
    expect(orders()).toMatchObject([{ status: 'Cancelled' }]);
  });

  it('of another day’s clock is compared as a time, not as a text', async () => {
    await start();
    await send('orders/create', bodyOf());
    // 17:30 in UTC, though its text is before the other one's.
    await send('orders/updated', bodyOf({ ...dueNow('9.90'), updated_at: '2026-11-20T12:30:00-05:00' }));
    await send('orders/updated', bodyOf({ ...dueNow('5.00'), updated_at: '2026-11-20T17:00:00+00:00' }));
    expect(orders()).toMatchObject([{ total_price: 297n * XTM }]);
  });
});

describe('who has an order', () => {
  it.each([
    ['no customer', { customer: null }],
    ['a customer that is left out', { customer: undefined }],
  ])('with %s is a guest of that order alone', async (_what, customer) => {
    await start();
    await send('orders/create', bodyOf(customer));
    await send('orders/create', bodyOf({ ...customer, id: 2, name: '#1012' }));
    expect(orders().map((order) => order.customer_id)).toEqual([`guest:${ORDER_ID}`, 'guest:2']);
  });

  it('is told by an id past 2^53 without loss', async () => {
    await start();
    await send('orders/create', bodyOf({ id: 9_007_199_254_740_993n, customer: { id: 9_007_199_254_740_995n } }));
    expect(orders()).toMatchObject([{ order_id: '9007199254740993', customer_id: '9007199254740995' }]);
  });
});

describe('a test notification', () => {
  it.each(['true', 'True', ' true '])('is one with the header %j, for a topic of any path', async (value) => {
    await start();
    for (const path of ['/shopify/webhook', '/shopify/webhook/checkout_create']) {
      const answer = await server.webhook(bodyOf(), { path, headers: { 'x-shopify-test': value } });
      expect([answer.status, answer.json.success]).toEqual([200, true]);
    }
    expect([orders(), asideCount()]).toEqual([[], 0]);
  });

  it('still has to be signed', async () => {
    await start();
    const answer = await server.webhook(bodyOf(), { headers: { 'x-shopify-test': 'true' }, secret: 'not-the-secret' });
    expect(answer.status).toBe(403);
  });

  it('pays nothing to nobody that waits for the order', async () => {
    await start();
    await server.payConfirmed({ amount: 774n * XTM, order_id: String(ORDER_ID) });
    await send('orders/create', bodyOf(), { 'x-shopify-test': 'true' });
    expect(server.rows('select id from settlements')).toEqual([]);
    await send('orders/create', bodyOf());
    expect(orders()).toMatchObject([{ status: 'Paid' }]);
  });
});
