import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { parseJson, stringifyJson } from '#platform/json.ts';
import { borrowServer, eventually, startServer, type TestServer } from '#test/server.ts';
import { ACCOUNTS } from '#test/test-wallets.ts';

/** What shops really send and what is right then, by the webhooks' own way in. */

const [ALICE] = ACCOUNTS;
const XTM = 1_000_000n;
const ORDER_ID = 8_997_470_732_594;

const caseOf = (name: string) =>
  parseJson(readFileSync(new URL(`../../../vectors/cases/${name}.json`, import.meta.url), 'utf8')) as Record<
    string,
    never
  >;
const EDITED: Record<string, Record<string, unknown>> = caseOf('edited-order');

let server: TestServer;
afterEach(() => server.close());

/** A body of the case, with an id of our own. */
const bodyOf = (topic: string, changes: Record<string, unknown> = {}) =>
  stringifyJson({ ...EDITED[topic], id: ORDER_ID, ...changes });

const send = (topic: string, body: string, headers: Record<string, string> = {}) =>
  server.webhook(body, { path: '/shopify/webhook', topic, headers });

const orders = () => server.rows('select order_id, alt_id, total_price, original_price, status from orders');

async function start(settings: Record<string, string> = {}): Promise<void> {
  server = Object.keys(settings).length === 0 ? await borrowServer() : await startServer({ settings });
  await server.app.engine.exchangeRates.set('USD', 30n * XTM, 'test');
}

describe('an edited order', () => {
  const whatIsDue = { order_id: String(ORDER_ID), alt_id: '#1011', total_price: 297n * XTM, status: 'Unclaimed' };

  describe.each(['total', 'subtotal', 'line_items'])('is charged what is due now, by the price field %s,', (field) => {
    it.each([
      ['told as it happened', ['orders/create', 'orders/updated']],
      ['the edit first', ['orders/updated', 'orders/create']],
      ['twice and late', ['orders/create', 'orders/updated', 'orders/create', 'orders/updated']],
    ])('%s', async (_how, topics) => {
      await start({ TPG_SHOPIFY_PRICE_FIELD: field });
      for (const topic of topics) expect((await send(topic, bodyOf(topic))).json.success).toBe(true);
      expect(orders()).toMatchObject([whatIsDue]);
    });

    it('by an orders/create alone that comes after the edit', async () => {
      await start({ TPG_SHOPIFY_PRICE_FIELD: field });
      await send('orders/create', bodyOf('orders/updated'));
      expect(orders()).toMatchObject([whatIsDue]);
    });

    it('and is raised by one that adds to it', async () => {
      await start({ TPG_SHOPIFY_PRICE_FIELD: field });
      await send('orders/create', bodyOf('orders/updated'));
      await send('orders/updated', bodyOf('orders/create', { updated_at: '2026-11-20T12:00:00-05:00' }));
      expect(orders()).toMatchObject([{ total_price: 774n * XTM }]);
    });
  });

  it('of which everything was removed costs nothing, and is not taken for paid by others', async () => {
    await start();
    await send('orders/create', bodyOf('orders/create'));
    const nothing = { current_total_price: '0.00', current_total_price_set: null, total_outstanding: '0.00' };
    await send('orders/updated', bodyOf('orders/updated', nothing));
    expect(orders()).toMatchObject([{ total_price: 0n }]);
    expect(orders()).not.toMatchObject([{ status: 'Cancelled' }]);
  });
});

describe('of two updates in one second', () => {
  const second = '2026-11-20T11:00:00-05:00';
  const priced = (price: string) =>
    bodyOf('orders/create', { updated_at: second, current_total_price: price, total_outstanding: price });
  const at = (fraction: string) => ({ 'x-shopify-triggered-at': `2026-11-20T16:00:00.${fraction}Z` });

  it.each([
    ['milliseconds', '100', '200'],
    ['nanoseconds', '123456788', '123456789'],
    ['unequal precision', '1', '10000001'],
  ])('the one that was sent later counts, whichever comes first: %s', async (_what, earlier, later) => {
    await start();
    await send('orders/create', bodyOf('orders/create'));
    await send('orders/updated', priced('10.00'), at(later));
    await send('orders/updated', priced('20.00'), at(earlier));
    expect(orders()).toMatchObject([{ total_price: 300n * XTM }]);
    await send('orders/updated', priced('5.00'), at(`${later.padEnd(9, '0').slice(0, 8)}9`));
    expect(orders()).toMatchObject([{ total_price: 150n * XTM }]);
  });

  it('the one that was sent later counts before the order comes, too', async () => {
    await start();
    await send('orders/updated', priced('10.00'), at('200'));
    await send('orders/updated', priced('20.00'), at('100'));
    await send('orders/create', bodyOf('orders/create', { updated_at: second }), at('050'));
    expect(orders()).toMatchObject([{ total_price: 300n * XTM }]);
  });

  it('an offset in the header changes nothing, and one that is no time is left out', async () => {
    await start();
    await send('orders/create', bodyOf('orders/create'));
    await send('orders/updated', priced('10.00'), { 'x-shopify-triggered-at': '2026-11-20T17:00:00.5+01:00' });
    await send('orders/updated', priced('20.00'), at('400'));
    expect(orders()).toMatchObject([{ total_price: 300n * XTM }]);
    await send('orders/updated', priced('20.00'), { 'x-shopify-triggered-at': 'soon' });
    expect(orders()).toMatchObject([{ total_price: 600n * XTM }]);
  });
});

describe('a test notification', () => {
  const sample = readFileSync(new URL('../../../vectors/cases/orders-create.json', import.meta.url), 'utf8');
  const { headers } = caseOf('test-notification') as unknown as { headers: Record<string, string> };

  it('is answered 200 and opens nothing', async () => {
    await start();
    const answer = await server.webhook(sample, { path: '/shopify/webhook/checkout_create', headers });
    expect([answer.status, answer.json.success]).toEqual([200, true]);
    expect([orders(), server.rows('select * from events')]).toEqual([[], []]);
  });

  it.each(['orders/updated', 'orders/cancelled', 'orders/paid', 'orders/delete'])(
    'of %s touches no order, nor what is kept of one that comes later',
    async (topic) => {
      await start();
      const real = { id: 820_982_911_946_154_508n, name: '#9999', financial_status: 'pending' };
      await send(topic, sample, { 'x-shopify-test': 'TRUE' });
      expect((await send('orders/create', bodyOf('orders/create', real))).json.success).toBe(true);
      await send(topic, sample, { 'x-shopify-test': 'true' });
      expect(orders()).toMatchObject([{ order_id: '820982911946154508', status: 'Unclaimed' }]);
    },
  );

  it('is not what a delivery without the header is, nor one with false', async () => {
    await start();
    await send('orders/create', bodyOf('orders/create'), { 'x-shopify-test': 'false' });
    expect(orders()).toHaveLength(1);
  });
});

describe('an order that is deleted in the shop', () => {
  const deletion = (id: number | bigint = ORDER_ID) => `{"id":${id}}`;

  it('is cancelled here, and the shop is not told of it', async () => {
    await start();
    await send('orders/create', bodyOf('orders/create'));
    const answer = await send('orders/delete', deletion());
    expect(answer.json).toEqual({
      success: true,
      message: `Order ${ORDER_ID} was deleted in the shop. It is Cancelled.`,
    });
    expect(orders()).toMatchObject([{ status: 'Cancelled' }]);
    expect(server.rows('select * from deliveries where subject = ?', String(ORDER_ID))).toEqual([]);
    expect((await send('orders/delete', deletion())).json.success).toBe(true);
  });

  it('is not opened by an orders/create that comes late', async () => {
    await start();
    await send('orders/updated', bodyOf('orders/updated'));
    await send('orders/delete', deletion());
    await send('orders/create', bodyOf('orders/create'));
    await send('orders/updated', bodyOf('orders/updated', { updated_at: '2099-01-01T00:00:00Z' }));
    expect(orders()).toMatchObject([{ status: 'Cancelled' }]);
  });

  it('is left as it is where it was paid, and a person is called', async () => {
    await start();
    await server.registerWallet();
    await send('orders/create', bodyOf('orders/create'));
    await server.payConfirmed({ sender: ALICE.address, amount: 774n * XTM, order_id: String(ORDER_ID) });
    expect(orders()).toMatchObject([{ status: 'Paid' }]);
    const answer = await send('orders/delete', deletion());
    expect(answer.json).toEqual({
      success: false,
      message: expect.stringMatching(/was deleted in the shop but is Paid here and stays so: a person has to decide/),
    });
    expect(orders()).toMatchObject([{ status: 'Paid' }]);
  });

  it.each(['{}', '{"id":0}', '{"id":null}', '[]', 'no', '{"id":1.5}'])('cannot be told by %s', async (body) => {
    await start();
    expect((await send('orders/delete', body)).json.success).toBe(false);
    expect(server.rows("select state from webhooks where topic = 'orders/delete'")).toEqual([{ state: 'set_aside' }]);
  });
});

describe('with TPG_SHOPIFY_PAYMENT_METHOD', () => {
  const settings = { TPG_SHOPIFY_PAYMENT_METHOD: 'Tari, Tari (XTM)' };
  const by = (...names: unknown[]) => ({ payment_gateway_names: names });

  it.each([
    ['Tari', by('Tari')],
    ['Tari in other letters', by(' TARI ')],
    ['the second name', by('Tari (XTM)')],
    ['Tari and a gift card', by('gift_card', 'Tari')],
  ])('an order by %s is opened', async (_what, fields) => {
    await start(settings);
    await send('orders/create', bodyOf('orders/create', fields));
    expect(orders()).toHaveLength(1);
  });

  it.each([
    ['Bank Deposit', by('Bank Deposit')],
    ['a card', by('shopify_payments')],
    ['a name that only resembles ours', by('Tarin', 'Tari XTM')],
    ['no method', by()],
    ['what is no name', by(null, 5, {}, '')],
    ['methods that are no list', { payment_gateway_names: 'Tari' }],
    ['methods that are left out', { payment_gateway_names: undefined }],
  ])('an order by %s opens nothing, whatever is told of it', async (_what, fields) => {
    await start(settings);
    for (const topic of ['orders/updated', 'orders/create', 'orders/updated']) {
      const answer = await send(topic, bodyOf('orders/create', fields));
      expect([answer.status, answer.json.success]).toEqual([200, true]);
    }
    expect([orders(), server.rows('select * from early_news')]).toEqual([[], []]);
  });

  it('an order of another method is no matter for a person, whatever is wrong with it', async () => {
    await start(settings);
    const odd = { ...by('Bank Deposit'), currency: 'EUR', current_total_price: 'free', customer: 5 };
    expect((await send('orders/create', bodyOf('orders/create', odd))).json.success).toBe(true);
    expect(server.rows("select * from webhooks where state = 'set_aside'")).toEqual([]);
  });

  it('an older body is read by its gateway', async () => {
    await start(settings);
    await send('orders/create', bodyOf('orders/create', { payment_gateway_names: null, gateway: 'Tari' }));
    await send('orders/create', bodyOf('orders/create', { id: 2, payment_gateway_names: null, gateway: 'visa' }));
    expect(orders()).toMatchObject([{ order_id: String(ORDER_ID) }]);
  });

  it('an order that is open here follows the shop, whatever its method is now', async () => {
    await start(settings);
    await send('orders/create', bodyOf('orders/create'));
    await send('orders/updated', bodyOf('orders/updated', by('Bank Deposit')));
    expect(orders()).toMatchObject([{ total_price: 297n * XTM, status: 'Unclaimed' }]);
    const cancelled = { cancelled_at: '2026-11-20T12:00:00-05:00' };
    await send('orders/cancelled', bodyOf('orders/updated', { ...by('Bank Deposit'), ...cancelled }));
    expect(orders()).toMatchObject([{ status: 'Cancelled' }]);
  });
});

describe('an order that has grown in the shop by the time it is told that it is paid', () => {
  const grown = caseOf('grown-order') as unknown as Record<string, Record<string, unknown>>;

  it('is Paid here, is recorded nowhere in the shop, and a dead letter names both figures', async () => {
    server = await startServer({ shop: true, start: true });
    await server.app.engine.exchangeRates.set('USD', 30n * XTM, 'test');
    await server.registerWallet();
    const inShop = server.shop.addOrder({ id: ORDER_ID, name: '#1011', currency: 'USD', price: '15.90' });
    await send('orders/create', stringifyJson({ ...grown['orders/create'], id: ORDER_ID }));
    server.shop.edit(inShop, { price: '25.80' });
    await server.payConfirmed({ sender: ALICE.address, amount: 477n * XTM, order_id: String(ORDER_ID) });
    const token = await server.logIn(ALICE, 'read_all');
    await eventually(async () => {
      const { json } = await server.get('/api/dead_letters', { token });
      expect(json).toHaveLength(1);
      expect(JSON.stringify(json)).toMatch(/15\.90 USD.*25\.80 USD/);
    });
    expect(orders()).toMatchObject([{ status: 'Paid', total_price: 477n * XTM }]);
    expect([inShop.financialStatus, inShop.transactions, server.shop.effects]).toEqual(['PENDING', [], []]);
  });
});

describe('two orders of one name', () => {
  it.each(['id', 'name'])('are two orders, where a number in a text means the %s', async (field) => {
    await start({ TPG_SHOPIFY_ORDER_ID_FIELD: field });
    await send('orders/create', bodyOf('orders/create', { id: 1 }));
    await send('orders/create', bodyOf('orders/create', { id: 2 }));
    expect(orders()).toMatchObject([
      { order_id: '1', alt_id: '#1011' },
      { order_id: '2', alt_id: '#1011' },
    ]);
  });
});
