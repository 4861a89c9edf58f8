import { afterEach, describe, expect, it } from 'vitest';
import type { StandInOrder } from '#test/fake-shopify/orders.ts';
import { webhookBody } from '#test/fake-shopify/webhooks.ts';
import {
  type Answer,
  borrowServer,
  errorOf,
  eventually,
  orderBody,
  startServer,
  type TestServer,
} from '#test/server.ts';
import { ACCOUNTS } from '#test/test-wallets.ts';

const [ALICE] = ACCOUNTS;
const PATH = '/shopify/webhook';

let server: TestServer;

afterEach(() => server.close());

const send = (topic: string, body: string, webhookId?: string): Promise<Answer> =>
  server.webhook(body, { path: PATH, topic, ...(webhookId !== undefined && { webhookId }) });

/** The shop's clock moves on with each change of an order. */
function change(order: StandInOrder, changes: Partial<StandInOrder>): string {
  Object.assign(order, changes, { updatedAt: new Date(order.updatedAt.getTime() + 60_000) });
  return webhookBody(order);
}

async function startWithOrder(): Promise<StandInOrder> {
  server = await startServer({ shop: true, start: true });
  await server.app.engine.exchangeRates.set('USD', 1_000_000n, 'test');
  const order = server.shop.addOrder({ id: '8997470732594', name: '#1001', currency: 'USD', price: '100.00' });
  expect((await send('orders/create', webhookBody(order))).json.success).toBe(true);
  return order;
}

const orders = () => server.rows('select order_id, status, total_price from orders');
const ORDER = { order_id: '8997470732594', status: 'Unclaimed', total_price: 100_000_000n };
const operations = () => server.shop.calls.map((call) => call.operation).filter((name) => /Order|Payment/.test(name));

describe('orders/cancelled', () => {
  it('cancels the order here and does not call the shop back', async () => {
    const order = await startWithOrder();
    const body = change(order, { cancelledAt: new Date() });
    const answer = await send('orders/cancelled', body, 'w1');
    expect([answer.status, answer.json]).toEqual([
      200,
      { success: true, message: 'Order 8997470732594 was cancelled in the shop. It is Cancelled.' },
    ]);
    expect((await send('orders/cancelled', body, 'w1')).text).toBe(answer.text);
    await send('orders/updated', body);
    expect(orders()).toEqual([{ ...ORDER, status: 'Cancelled' }]);
    expect(server.rows('select type from events')).toEqual([{ type: 'NewOrder' }, { type: 'OrderAnnulled' }]);
    expect(server.rows('select * from deliveries')).toEqual([]);
    expect(operations()).toEqual([]);
  });

  it('for an order that expired here, which the shop was told, changes nothing', async () => {
    const order = await startWithOrder();
    server.clock.advance(3 * 3_600_000);
    await server.app.engine.expiry.run();
    await eventually(() => expect(server.shop.effectCount(order.id, 'cancelled')).toBe(1));
    const answer = await send('orders/cancelled', webhookBody(order));
    expect(answer.json).toEqual({ success: true, message: 'Order 8997470732594 is Expired and stays as it is.' });
    expect(orders()).toEqual([{ ...ORDER, status: 'Expired' }]);
  });

  it('for an order that is Paid here leaves it, answers 200, and warns', async () => {
    const order = await startWithOrder();
    await server.payConfirmed({ order_id: order.id });
    const answer = await send('orders/cancelled', change(order, { cancelledAt: new Date() }));
    expect([answer.status, answer.json.success]).toEqual([200, false]);
    expect(answer.json.message).toContain('a person has to decide');
    expect(orders()).toEqual([{ ...ORDER, status: 'Paid' }]);
    const warned = server.logRecords.filter((record) => record.level === 'warn').map((record) => String(record.msg));
    expect(warned).toContainEqual(expect.stringContaining(answer.json.message));
  });

  it('before orders/create keeps the order from being opened', async () => {
    server = await borrowServer();
    await send(
      'orders/cancelled',
      orderBody({ updated_at: '2026-03-10T07:00:05-05:00', cancelled_at: '2026-03-10T07:00:05-05:00' }),
    );
    expect(server.rows('select * from orders')).toEqual([]);
    await send('orders/create', orderBody({ note: JSON.stringify(server.claimOf(ALICE, '1001')) }));
    expect(orders()).toEqual([{ order_id: '1001', status: 'Cancelled', total_price: 100_000_000n }]);
  });
});

describe('orders/paid', () => {
  it('by other means closes the order without touching the customer’s credit', async () => {
    const order = await startWithOrder();
    await server.claim(ALICE, order.id);
    const answer = await send('orders/paid', change(order, { financialStatus: 'PAID' }));
    expect(answer.json.success).toBe(true);
    await server.payConfirmed({ order_id: order.id });
    expect(orders()).toEqual([{ ...ORDER, status: 'Cancelled' }]);
    expect(server.rows('select total_paid from accounts')).toEqual([{ total_paid: 0n }]);
    expect(operations()).toEqual([]);
  });

  it('that our own call caused changes nothing', async () => {
    const order = await startWithOrder();
    await server.payConfirmed({ order_id: order.id });
    await eventually(() => expect(server.rows('select state from deliveries')).toEqual([{ state: 'done' }]));
    expect(server.shop.effectCount(order.id, 'paid')).toBe(1);
    const before = server.everything();
    const answer = await send('orders/paid', webhookBody(order));
    expect(answer.json).toEqual({ success: true, message: 'Order 8997470732594 is Paid and stays as it is.' });
    expect({ ...server.everything(), webhooks: before.webhooks }).toEqual(before);
  });
});

describe('orders/updated', () => {
  it('with a new total changes the price, and never back', async () => {
    const order = await startWithOrder();
    const older = change(order, { price: '80.00', presentment: { currency: 'USD', price: '80.00' } });
    const newer = change(order, { price: '60.00', presentment: { currency: 'USD', price: '60.00' } });
    expect((await send('orders/updated', newer)).json).toEqual({
      success: true,
      message: expect.stringMatching(/^The price of order 8997470732594 is now .*60.* It is Unclaimed\.$/) as string,
    });
    for (const body of [older, newer]) expect((await send('orders/updated', body)).json.success).toBe(true);
    expect(orders()).toEqual([{ ...ORDER, total_price: 60_000_000n }]);
    expect(server.rows('select action, actor from audit_log where subject = ?', order.id)).toEqual([
      { action: 'change price of order', actor: 'shop' },
    ]);
  });

  it('of an order that nobody opened opens none', async () => {
    server = await borrowServer();
    expect((await send('orders/updated', orderBody())).json.success).toBe(true);
    expect(server.rows('select * from orders')).toEqual([]);
  });

  it('in a currency without a rate is set aside', async () => {
    const order = await startWithOrder();
    const body = change(order, { currency: 'EUR', presentment: { currency: 'EUR', price: '90.00' } });
    const answer = await send('orders/updated', body);
    expect(answer.json).toEqual({ success: false, message: expect.stringContaining('EUR') as string });
    expect(server.rows('select topic, body from webhooks where state = ?', 'set_aside')).toEqual([
      { topic: 'orders/updated', body },
    ]);
    expect(orders()).toEqual([ORDER]);
  });
});

describe('every topic of an order', () => {
  it.each(['orders/cancelled', 'orders/paid', 'orders/updated'])('%s is refused without its HMAC', async (topic) => {
    const order = await startWithOrder();
    const body = change(order, { cancelledAt: new Date(), financialStatus: 'PAID' });
    for (const secret of [null, 'wrong']) {
      expect(errorOf(await server.webhook(body, { path: PATH, topic, secret })).status).toBe(403);
    }
    expect(orders()).toEqual([ORDER]);
  });

  it.each(['orders/cancelled', 'orders/paid', 'orders/updated'])(
    '%s that cannot be read is set aside',
    async (topic) => {
      server = await borrowServer();
      for (const body of ['{', '[]', orderBody({ id: null }), orderBody({ cancelled_at: 'yesterday' })]) {
        expect((await send(topic, body)).json.success).toBe(false);
      }
      expect(server.rows('select count(*) as count from webhooks where state = ?', 'set_aside')).toEqual([
        { count: 4n },
      ]);
    },
  );

  it.each(['order_transactions/create'])('%s is put by', async (topic) => {
    const order = await startWithOrder();
    const answer = await send(topic, change(order, { cancelledAt: new Date() }));
    expect(answer.json).toEqual({ success: true, message: `Nothing is done for ${topic}.` });
    expect(orders()).toEqual([ORDER]);
  });

  it.each(['products/create', 'products/update'])('%s changes no order', async (topic) => {
    const order = await startWithOrder();
    expect((await send(topic, change(order, { cancelledAt: new Date() }))).json.success).toBe(true);
    expect(orders()).toEqual([ORDER]);
  });
});
