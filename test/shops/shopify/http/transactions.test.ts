import { afterEach, describe, expect, it } from 'vitest';
import type { NewOrder, StandInOrder, Transaction } from '#test/fake-shopify/orders.ts';
import { sampleBody, transactionWebhookBody, webhookBody } from '#test/fake-shopify/webhooks.ts';
import {
  type Answer,
  errorOf,
  eventually,
  orderBody,
  startServer,
  type TestServer,
  type TestServerOptions,
} from '#test/server.ts';
import { ACCOUNTS } from '#test/test-wallets.ts';

const [ALICE] = ACCOUNTS;
const CAPTURES = { TPG_SHOPIFY_CAPTURE_PAYMENTS: 'true' };
const TOPIC = 'order_transactions/create';

/** Both addresses that take the topic. */
const PATHS = ['/shopify/webhook/transaction_create', '/shopify/webhook'];

let server: TestServer;

afterEach(() => server.close());

async function start(options: TestServerOptions = {}): Promise<void> {
  server = await startServer({ shop: true, start: true, ...options, settings: { ...CAPTURES, ...options.settings } });
  await server.app.engine.exchangeRates.set('USD', 1_000_000n, 'test');
}

/** An order of 100 USD in the shop. */
function addOrder(changes: Partial<NewOrder> = {}): StandInOrder {
  return server.shop.addOrder({ id: '8997470732594', name: '#1001', currency: 'USD', price: '100.00', ...changes });
}

async function tellOrder(order: StandInOrder, topic = 'orders/create'): Promise<void> {
  order.updatedAt = new Date(order.updatedAt.getTime() + 1_000);
  const answer = await server.webhook(webhookBody(order), { path: '/shopify/webhook', topic });
  expect(answer.json).toMatchObject({ success: true });
}

const tellTransaction = (order: StandInOrder, transaction: Transaction, webhookId?: string, path = PATHS[0]) =>
  tell(transactionWebhookBody(order, transaction), webhookId, path);

function tell(body: string, webhookId?: string, path = PATHS[0]): Promise<Answer> {
  return server.webhook(body, { topic: TOPIC, ...(path && { path }), ...(webhookId && { webhookId }) });
}

const payInTari = (order: StandInOrder, dollars: number) =>
  server.payConfirmed({ order_id: order.id, amount: BigInt(Math.round(dollars * 100)) * 10_000n });

const orders = () => server.rows('select order_id, status, total_price from orders');
const kept = () => server.rows('select transaction_id, order_id, amount from authorizations');
const moneyOf = (order: StandInOrder) =>
  order.transactions
    .filter(({ kind }) => kind === 'SALE' || kind === 'CAPTURE' || kind === 'VOID')
    .map(({ kind, gateway, amount }) => `${kind} ${gateway} ${amount}`);
const isDelivered = () =>
  eventually(() => expect(server.rows(`select * from deliveries where state <> 'done'`)).toEqual([]));

/** Time passes until nothing waits to be told to the shop, which says again what it said: that wakes the outbox. */
async function untilDelivered(order: StandInOrder, transaction: Transaction): Promise<void> {
  await eventually(async () => {
    server.clock.advance(60_000);
    await tellTransaction(order, transaction);
    expect(server.rows(`select * from deliveries where state = 'pending'`)).toEqual([]);
  }, 40_000);
}

describe('an order of which a gift card holds a part', () => {
  it('is charged for the rest in Tari, and has the part captured once that is paid', async () => {
    await start();
    const order = addOrder();
    const giftCard = server.shop.authorize(order, '30.00', { gateway: 'gift_card' });
    await tellOrder(order);
    expect((await tellTransaction(order, giftCard)).json).toEqual({
      success: true,
      message: `Authorization ${giftCard.id} of order ${order.id} is kept. It is captured once the order is paid in Tari.`,
    });
    expect((await server.claim(ALICE, order.id)).json).toMatchObject({ total_price: 70_000_000, status: 'New' });
    expect(moneyOf(order)).toEqual([]);
    await payInTari(order, 70);
    await isDelivered();
    expect(moneyOf(order)).toEqual(['CAPTURE gift_card 30.00', 'SALE Tari 70.00']);
    expect(order.financialStatus).toBe('PAID');
    expect(orders()).toEqual([{ order_id: order.id, status: 'Paid', total_price: 70_000_000n }]);

    // Everything is sent again, and what the shop says to our own calls is no news.
    await tellOrder(order);
    await tellOrder(order, 'orders/paid');
    for (const transaction of order.transactions) await tellTransaction(order, transaction);
    await isDelivered();
    expect(server.shop.effects.map(({ effect }) => effect)).toEqual(['captured', 'paid']);
  });

  it('is charged for less once a card takes another part', async () => {
    await start();
    const order = addOrder();
    await tellOrder(order);
    expect(orders()).toMatchObject([{ total_price: 100_000_000n }]);
    const card = server.shop.authorize(order, '25.50');
    await tellOrder(order, 'orders/updated');
    await tellTransaction(order, card);
    expect(orders()).toMatchObject([{ total_price: 74_500_000n }]);
    await payInTari(order, 74.5);
    await isDelivered();
    expect(moneyOf(order)).toEqual(['CAPTURE shopify_payments 25.50', 'SALE Tari 74.50']);
  });

  it.each(['drop_after_acting', 'http_500'] as const)(
    'has each thing done once although the answers to all of it are %s',
    async (fault) => {
      await start();
      const order = addOrder();
      const giftCard = server.shop.authorize(order, '30.00');
      await tellOrder(order);
      await tellTransaction(order, giftCard);
      const operations = ['ReadOrder', 'ReadOrderPayments', 'CaptureAuthorization', 'CreateManualPayment'];
      for (const operation of operations) server.shop.failNext(1, fault, operation);
      await payInTari(order, 70);
      await untilDelivered(order, giftCard);
      expect(moneyOf(order)).toEqual(['CAPTURE shopify_payments 30.00', 'SALE Tari 70.00']);
    },
    60_000,
  );

  it('is captured where its transaction was never told of', async () => {
    await start();
    const order = addOrder();
    server.shop.authorize(order, '30.00');
    await tellOrder(order);
    await payInTari(order, 70);
    await isDelivered();
    expect(moneyOf(order)).toEqual(['CAPTURE shopify_payments 30.00', 'SALE Tari 70.00']);
  });

  it('has it let go, not captured, when the order expires', async () => {
    await start();
    const order = addOrder();
    const giftCard = server.shop.authorize(order, '30.00');
    await tellOrder(order);
    await tellTransaction(order, giftCard);
    server.clock.advance(3 * 3_600_000);
    await server.app.engine.expiry.run();
    await eventually(() => expect(server.shop.effectCount(order.id, 'cancelled')).toBe(1));
    expect((await tellTransaction(order, { ...giftCard, id: '5' })).json.message).toContain('is not captured');
    await isDelivered();
    expect(moneyOf(order)).toEqual(['VOID shopify_payments 0.00']);
  });
});

describe('an order whose items are discounted for Tari and whose shipping a card holds', () => {
  it('is charged for the items, has the shipping captured, and nothing else recorded', async () => {
    await start({ settings: { TPG_SHOPIFY_PRICE_FIELD: 'line_items' } });
    const lineItems = [{ title: 'Hat', price: '8.00', quantity: 1 }];
    const order = addOrder({ price: '6.90', discounts: '8.00', lineItems });
    const card = server.shop.authorize(order, '6.90');
    await tellTransaction(order, card);
    await tellOrder(order);
    expect(orders()).toMatchObject([{ status: 'Unclaimed', total_price: 8_000_000n }]);
    await payInTari(order, 8);
    await isDelivered();
    expect(moneyOf(order)).toEqual(['CAPTURE shopify_payments 6.90']);
    expect(order.financialStatus).toBe('PAID');
  });
});

describe('an order that a card holds in full', () => {
  it('is none of ours', async () => {
    await start();
    const order = addOrder();
    const card = server.shop.authorize(order, '100.00');
    await tellOrder(order);
    await tellTransaction(order, card);
    expect(orders()).toEqual([]);
    expect(server.shop.calls.filter(({ operation }) => /Order|Capture/.test(operation))).toEqual([]);
  });

  it('although it was to be paid in Tari, is closed here, and no Tari is spent on it', async () => {
    await start();
    const order = addOrder();
    await tellOrder(order);
    await server.claim(ALICE, order.id);
    server.shop.authorize(order, '100.00');
    await tellOrder(order, 'orders/updated');
    await payInTari(order, 100);
    expect(orders()).toMatchObject([{ status: 'Cancelled' }]);
    expect(server.rows('select total_paid from accounts')).toEqual([{ total_paid: 0n }]);
    expect(moneyOf(order)).toEqual([]);
  });

  it('after it was paid in Tari, is a dead letter, and the card is not charged', async () => {
    await start();
    const order = addOrder();
    await tellOrder(order);
    const card = server.shop.authorize(order, '100.00');
    await tellTransaction(order, card);
    await payInTari(order, 100);
    const token = await server.logIn(ALICE, 'read_all');
    const letters = await eventually(async () => {
      const { json } = await server.get('/api/dead_letters', { token });
      expect(json).toHaveLength(1);
      return json;
    });
    expect(letters[0].last_error).toContain('that charges the customer twice');
    expect(moneyOf(order)).toEqual([]);
  });
});

describe('an authorization that comes after its order was paid', () => {
  it.each(PATHS)('is captured at once: %s', async (path) => {
    await start();
    const order = addOrder();
    await tellOrder(order);
    await payInTari(order, 100);
    await isDelivered();
    Object.assign(order, { price: '120.00', presentment: { currency: 'USD', price: '120.00' } });
    const late = server.shop.authorize(order, '20.00', { gateway: 'visa' });
    const startedAt = performance.now();
    expect((await tellTransaction(order, late, 'w1', path)).json.message).toContain('captured now');
    await isDelivered();
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    expect(moneyOf(order)).toEqual(['SALE Tari 100.00', 'CAPTURE visa 20.00']);
    await tellTransaction(order, late, 'w1', path);
    await tellTransaction(order, late, 'w2', path);
    await isDelivered();
    expect(server.shop.effectCount(order.id, 'captured')).toBe(1);
  });

  it('and has expired is a dead letter, that an operator sends again', async () => {
    await start();
    const order = addOrder();
    const card = server.shop.authorize(order, '30.00', { isExpired: true });
    await tellOrder(order);
    await payInTari(order, 70);
    const token = await server.logIn(ALICE, 'read_all', 'write');
    const [letter] = await eventually(async () => {
      const { json } = await server.get('/api/dead_letters', { token });
      expect(json).toMatchObject([{ last_error: expect.stringContaining('The authorization has expired') as string }]);
      return json;
    });
    card.isExpired = false;
    const answer = await server.post(`/api/dead_letters/${letter.event_id}/retry`, undefined, { token });
    expect(answer.json).toEqual({ retried: 1 });
    await isDelivered();
    expect(moneyOf(order)).toEqual(['CAPTURE shopify_payments 30.00', 'SALE Tari 70.00']);
  });
});

describe.each(PATHS)('POST %s', (path) => {
  it("takes Shopify's own sample, with ids past 2^53", async () => {
    await start();
    expect((await tell(sampleBody('order-transactions-create'), undefined, path)).json.success).toBe(true);
    expect(kept()).toEqual([
      { transaction_id: '120560818172775265', order_id: '820982911946154508', amount: '419.95' },
    ]);
  });

  it('answers a repeat as it did before, and keeps an authorization once', async () => {
    await start();
    const order = addOrder();
    const card = server.shop.authorize(order, '30.00');
    const first = await tellTransaction(order, card, 'w1', path);
    await tellOrder(order);
    expect((await tellTransaction(order, card, 'w1', path)).text).toBe(first.text);
    expect((await tellTransaction(order, card, 'w2', path)).json).toEqual({
      success: true,
      message: `Authorization ${card.id} is known already.`,
    });
    expect(kept()).toHaveLength(1);
  });

  it('sets aside what cannot be used, with the reason, and takes it up again', async () => {
    await start();
    const order = addOrder();
    const body = transactionWebhookBody(order, server.shop.authorize(order, '30.00'));
    for (const bad of ['{', '[]', body.replace(/"amount":"30.00"/, '"amount":"a lot"')]) {
      expect((await tell(bad, undefined, path)).json).toEqual({
        success: false,
        message: expect.stringMatching(/^The transaction could not be read: /) as string,
      });
    }
    const token = await server.logIn(ALICE, 'read_all', 'write');
    const rejected = (await server.get('/api/rejected', { token })).json;
    expect(rejected).toMatchObject([{}, {}, { topic: TOPIC, reason: expect.stringContaining('amount') as string }]);
    const answer = await server.post(`/api/rejected/${rejected[2].id}/retry`, undefined, { token });
    expect(answer.json).toMatchObject({ success: false });
    expect(kept()).toEqual([]);
  });

  it('takes up an authorization that was set aside, and captures it where its order is Paid', async () => {
    await start();
    const order = addOrder();
    await tellOrder(order);
    await payInTari(order, 100);
    await isDelivered();
    Object.assign(order, { price: '120.00', presentment: { currency: 'USD', price: '120.00' } });
    const late = server.shop.authorize(order, '20.00');
    // As an older version of the server may have left it.
    await server.app.store.run((tx) =>
      tx.webhooks.insert(
        { webhookId: 'w1', topic: TOPIC, eventId: null, triggeredAt: null },
        { state: 'set_aside', success: false, message: 'It could not be read.' },
        transactionWebhookBody(order, late),
        server.clock.now(),
      ),
    );
    const token = await server.logIn(ALICE, 'read_all', 'write');
    const [{ id }] = (await server.get('/api/rejected', { token })).json;
    const answer = await server.post(`/api/rejected/${id}/retry`, undefined, { token });
    expect(answer.json).toMatchObject({ success: true });
    await isDelivered();
    expect(moneyOf(order)).toEqual(['SALE Tari 100.00', 'CAPTURE shopify_payments 20.00']);
  });

  it('puts by what is no authorization, or holds no money', async () => {
    await start();
    const order = addOrder();
    for (const changes of [{ kind: 'SALE' }, { kind: 'CAPTURE' }, { status: 'FAILURE' }] as const) {
      const transaction = { ...server.shop.authorize(order, '30.00'), ...changes };
      expect((await tellTransaction(order, transaction, undefined, path)).json.success).toBe(true);
    }
    expect(kept()).toEqual([]);
  });

  it('keeps nothing where payments are not captured, and charges nobody a second time for what a card holds', async () => {
    await start({ settings: { TPG_SHOPIFY_CAPTURE_PAYMENTS: 'false' } });
    const order = addOrder();
    const card = server.shop.authorize(order, '30.00');
    expect((await tellTransaction(order, card, undefined, path)).json).toEqual({
      success: true,
      message: `Nothing is done for ${TOPIC}.`,
    });
    await tellOrder(order);
    expect([kept(), orders()]).toEqual([[], [{ order_id: order.id, status: 'Unclaimed', total_price: 70_000_000n }]]);
  });

  it('is refused without its HMAC', async () => {
    await start();
    const order = addOrder();
    const body = transactionWebhookBody(order, server.shop.authorize(order, '30.00'));
    for (const secret of [null, 'wrong']) {
      expect(errorOf(await server.webhook(body, { path, topic: TOPIC, secret })).status).toBe(403);
    }
    expect(kept()).toEqual([]);
  });
});

describe('where payments are captured', () => {
  it('an order whose outstanding amount cannot be read is set aside', async () => {
    await start();
    const answer = await server.webhook(orderBody({ total_outstanding: 'much' }));
    expect(answer.json).toEqual({
      success: false,
      message: "The order could not be read: The order's total_outstanding has to be a decimal number as text.",
    });
  });

  it('a rescan adds what is authorized in part, at the price that is left', async () => {
    await start();
    const order = addOrder();
    server.shop.authorize(order, '30.00');
    const paidInPart = addOrder({ id: 2, name: '#2', financialStatus: 'PARTIALLY_PAID' });
    server.shop.authorize(paidInPart, '80.00');
    const held = addOrder({ id: 3, name: '#3' });
    server.shop.authorize(held, '100.00');
    const token = await server.logIn(ALICE, 'write');
    expect((await server.post('/api/rescan_open_orders', undefined, { token })).status).toBe(200);
    expect(orders()).toEqual([
      { order_id: order.id, status: 'Unclaimed', total_price: 70_000_000n },
      { order_id: '2', status: 'Unclaimed', total_price: 20_000_000n },
    ]);
  });
});
