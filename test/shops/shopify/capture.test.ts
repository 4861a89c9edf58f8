import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PaidOrder } from '#shops/shop-connector.ts';
import type { OrderWebhookOptions } from '#shops/shopify/webhooks/order.ts';
import type { NewOrder, StandInOrder, Transaction } from '#test/fake-shopify/orders.ts';
import { outstandingOf, receivedOf } from '#test/fake-shopify/orders.ts';
import { type ShopifyStandIn, STAND_IN_TOKEN, startShopifyStandIn } from '#test/fake-shopify/server.ts';
import { type Connected, connect, failure } from '#test/shopify-client.ts';

const PAID_AT = new Date('2026-11-20T12:00:00Z');
const FIELDS: OrderWebhookOptions = { priceField: 'total', capturePayments: true };

let standIn: ShopifyStandIn;
let shop: Connected;

const connectWith = (fields: Partial<OrderWebhookOptions> = {}, timeoutMs?: number) =>
  connect(standIn, { accessToken: STAND_IN_TOKEN, fields: { ...FIELDS, ...fields } }, timeoutMs);

beforeEach(async () => {
  standIn = await startShopifyStandIn();
  shop = connectWith();
});
afterEach(() => standIn.close());

function addOrder(changes: Partial<NewOrder> = {}): StandInOrder {
  return standIn.addOrder({ id: '820982911946154508', name: '#1001', currency: 'USD', price: '100.00', ...changes });
}

/** An order of 100 USD of which a gift card holds 30. */
function mixedOrder(): { order: StandInOrder; giftCard: Transaction } {
  const order = addOrder();
  return { order, giftCard: standIn.authorize(order, '30.00', { gateway: 'gift_card' }) };
}

const pay = (order: StandInOrder, amount: string, more: Partial<PaidOrder> = {}) =>
  shop.connector.markPaid(
    { orderId: order.id, altId: order.name, price: { amount, currency: order.presentment.currency }, ...more },
    PAID_AT,
  );

const captures = (order: StandInOrder) =>
  order.transactions.filter(({ kind }) => kind === 'CAPTURE').map(({ parentId, amount }) => [parentId, amount]);
const sales = (order: StandInOrder) =>
  order.transactions.filter(({ kind }) => kind === 'SALE').map(({ gateway, amount }) => [gateway, amount]);
const operations = () => standIn.calls.map((call) => call.operation);

describe('an order of which another gateway holds a part', () => {
  it('has that captured first, and then the Tari part recorded', async () => {
    const { order, giftCard } = mixedOrder();
    expect((await pay(order, '70')).effect).toBe('done');
    expect(captures(order)).toEqual([[giftCard.id, '30.00']]);
    expect(sales(order)).toEqual([['Tari', '70.00']]);
    expect(order.financialStatus).toBe('PAID');
    expect(operations()).toEqual([
      'ReadOrder',
      'ReadOrderPayments',
      'CaptureAuthorization',
      'ReadOrderPayments',
      'CreateManualPayment',
    ]);
    expect(standIn.calls[2]?.variables).toEqual({
      id: order.gid,
      parentTransactionId: `gid://shopify/OrderTransaction/${giftCard.id}`,
      amount: '30.0',
      currency: 'USD',
    });
  });

  it('of which nothing is left has nothing recorded: its items were discounted for Tari, a card pays the shipping', async () => {
    shop = connectWith({ priceField: 'line_items' });
    const order = addOrder({ price: '6.90', discounts: '8.00' });
    const card = standIn.authorize(order, '6.90');
    expect(await pay(order, '8.00')).toEqual({
      effect: 'done',
      detail: `Order #1001 (${order.gid}): what other gateways held for it was captured.`,
    });
    expect(captures(order)).toEqual([[card.id, '6.90']]);
    expect(sales(order)).toEqual([]);
  });

  it('has each of several captured once', async () => {
    const { order, giftCard } = mixedOrder();
    const card = standIn.authorize(order, '20.00', { gateway: 'visa' });
    await pay(order, '50');
    expect(captures(order)).toEqual([
      [giftCard.id, '30.00'],
      [card.id, '20.00'],
    ]);
    expect(sales(order)).toEqual([['Tari', '50.00']]);
  });

  it('in the currency of the buyer', async () => {
    const order = addOrder({ presentment: { currency: 'CAD', price: '140.00' } });
    standIn.authorize(order, '42.00');
    await shop.connector.markPaid(
      { orderId: order.id, altId: null, price: { amount: '70', currency: 'USD' } },
      PAID_AT,
    );
    expect(standIn.calls[2]?.variables).toMatchObject({ amount: '42.0', currency: 'CAD' });
    expect(sales(order)).toEqual([['Tari', '98.00']]);
  });

  it('does nothing when it is repeated', async () => {
    const { order } = mixedOrder();
    await pay(order, '70');
    const before = structuredClone(order);
    expect((await pay(order, '70')).effect).toBe('already_done');
    expect(order).toEqual(before);
  });

  it.each(['drop_after_acting', 'hang', 'http_500', 'not_json', 'graphql_INTERNAL_SERVER_ERROR'] as const)(
    'captures once and pays once although the answer to either was %s',
    async (fault) => {
      shop = connectWith({}, 500);
      for (const [index, operation] of ['CaptureAuthorization', 'CreateManualPayment', 'ReadOrderPayments'].entries()) {
        const order = addOrder({ id: index + 1, name: `#${index + 1}` });
        standIn.authorize(order, '30.00');
        standIn.failNext(1, fault, operation);
        expect((await failure(pay(order, '70'))).retryable).toBe(true);
        await pay(order, '70');
        expect([captures(order).length, sales(order).length, order.financialStatus]).toEqual([1, 1, 'PAID']);
      }
    },
  );

  it('captures once however many calls come at the same time', async () => {
    const { order } = mixedOrder();
    await Promise.allSettled(Array.from({ length: 6 }, () => pay(order, '70')));
    await pay(order, '70');
    expect([captures(order).length, sales(order).length]).toEqual([1, 1]);
  });

  it("is left as the shop's staff has captured it, also where that was a part", async () => {
    const { order, giftCard } = mixedOrder();
    order.transactions.push({ ...giftCard, id: '77', kind: 'CAPTURE', amount: '10.00', parentId: giftCard.id });
    order.financialStatus = 'PARTIALLY_PAID';
    await Promise.allSettled([pay(order, '70')]);
    expect((await pay(order, '70')).effect).toBe('already_done');
    expect([captures(order), sales(order)]).toEqual([[[giftCard.id, '10.00']], [['Tari', '70.00']]]);
  });

  it('waits for a gateway that takes its time, and does not capture again', async () => {
    standIn.options.captureStatus = 'PENDING';
    const { order } = mixedOrder();
    const error = await failure(pay(order, '70'));
    expect(error).toMatchObject({ retryable: true, retryAfterMs: 30_000 });
    expect(error.message).toMatch(/the shop waits for the gateway\.$/);
    expect((await failure(pay(order, '70'))).retryable).toBe(true);
    expect(sales(order)).toEqual([]);
    for (const transaction of order.transactions) transaction.status = 'SUCCESS';
    // The shop takes a moment to work out the order's status.
    expect(await failure(pay(order, '70'))).toMatchObject({ retryable: true });
    order.financialStatus = 'PARTIALLY_PAID';
    await pay(order, '70');
    expect([captures(order).length, sales(order)]).toEqual([1, [['Tari', '70.00']]]);
  });

  it('tries again later while the shop is busy with the order', async () => {
    const { order } = mixedOrder();
    order.temporarilyUnavailable = true;
    expect(await failure(pay(order, '70'))).toMatchObject({ retryable: true });
    order.temporarilyUnavailable = false;
    await pay(order, '70');
    expect(captures(order)).toHaveLength(1);
  });

  it('waits for an authorization that the shop has told of and does not show', async () => {
    const { order, giftCard } = mixedOrder();
    const error = await failure(pay(order, '70', { authorizationIds: [giftCard.id, '123'] }));
    expect(error).toMatchObject({ retryable: true });
    expect(error.message).toMatch(/does not show the authorization 123 yet/);
    expect(sales(order)).toEqual([]);
    await pay(order, '70', { authorizationIds: [giftCard.id] });
    expect(order.financialStatus).toBe('PAID');
  });

  it('captures one that came after the order was recorded as paid', async () => {
    const order = addOrder();
    await pay(order, '100.00');
    // The order was edited, and the card pays what was added.
    Object.assign(order, { price: '120.00', presentment: { currency: 'USD', price: '120.00' } });
    const late = standIn.authorize(order, '20.00', { gateway: 'visa' });
    expect((await pay(order, '100.00', { authorizationIds: [late.id] })).effect).toBe('done');
    expect([captures(order), sales(order)]).toEqual([[[late.id, '20.00']], [['Tari', '100.00']]]);
  });
});

describe('left to a person', () => {
  const refusedForGood = async (order: StandInOrder, amount: string, sentence: RegExp) => {
    const error = await failure(pay(order, amount));
    expect([error.retryable, error.message]).toEqual([false, expect.stringMatching(sentence)]);
    expect(sales(order)).toEqual([]);
  };

  it.each([
    ['total', '100.00', {}],
    ['subtotal', '90.00', {}],
    ['line_items', '90.00', {}],
    ['line_items', '90.00', { discounts: '50.00' }],
  ] as const)(
    'is an order whose %s of %s was paid in Tari and that a card holds in full',
    async (priceField, price, more) => {
      shop = connectWith({ priceField });
      const order = addOrder(more);
      standIn.authorize(order, '100.00');
      await refusedForGood(order, price, /that charges the customer twice\. A person has to decide/);
      expect(captures(order)).toEqual([]);
    },
  );

  it.each([
    ['in part', '30.00', 'PARTIALLY_PAID'],
    ['in full', '100.00', 'PAID'],
  ] as const)(
    'is an order that was paid in Tari, and that the staff has charged to a card %s',
    async (_how, amount, status) => {
      const order = addOrder();
      const card = standIn.authorize(order, amount);
      order.transactions.push({ ...card, id: '77', kind: 'CAPTURE', parentId: card.id });
      order.financialStatus = status;
      await refusedForGood(order, '100.00', /that charges the customer twice/);
    },
  );

  it('is an order of which a card got hold of more after the customer had been told the price', async () => {
    const order = addOrder();
    standIn.authorize(order, '30.00');
    await refusedForGood(order, '100.00', /that charges the customer twice/);
    expect(captures(order)).toEqual([]);
  });

  it('is an order whose price is in no currency of the shop', async () => {
    const order = addOrder();
    standIn.authorize(order, '30.00');
    const error = await failure(
      shop.connector.markPaid({ orderId: order.id, altId: null, price: { amount: '1', currency: 'EUR' } }, PAID_AT),
    );
    expect(error.retryable).toBe(false);
    expect(captures(order)).toEqual([]);
  });

  it('is an authorization that has expired; what can be captured is captured', async () => {
    const { order, giftCard } = mixedOrder();
    giftCard.isExpired = true;
    const card = standIn.authorize(order, '20.00', { gateway: 'visa' });
    await refusedForGood(
      order,
      '50',
      /that gift_card holds .* cannot be captured: The authorization has expired\. A person/,
    );
    expect(captures(order)).toEqual([[card.id, '20.00']]);
    giftCard.isExpired = false;
    await pay(order, '50');
    expect([captures(order).length, sales(order)]).toEqual([2, [['Tari', '50.00']]]);
  });

  it('is a capture that the gateway refuses', async () => {
    standIn.options.captureStatus = 'FAILURE';
    const { order } = mixedOrder();
    await refusedForGood(order, '70', /cannot be captured: The gateway refused the capture\. A person/);
    standIn.options.captureStatus = 'SUCCESS';
    await pay(order, '70');
    expect(receivedOf(order).toFixed(2)).toBe('100.00');
  });

  it.each(['total', 'line_items'] as const)(
    'is an authorization that was voided: what the shop lacks is not all Tari (%s)',
    async (priceField) => {
      shop = connectWith({ priceField });
      const { order, giftCard } = mixedOrder();
      standIn.voidAuthorization(order, giftCard);
      await refusedForGood(order, '70', /the payment that gift_card held .* was let go, in whole or in part/);
      standIn.authorize(order, '30.00', { gateway: 'visa' });
      if (priceField === 'line_items') return;
      await pay(order, '70');
      expect([captures(order).length, sales(order)]).toEqual([1, [['Tari', '70.00']]]);
    },
  );

  it('is an order that is cancelled, before or meanwhile', async () => {
    const { order } = mixedOrder();
    standIn.beforeNext('CaptureAuthorization', () => {
      order.cancelledAt = new Date();
    });
    expect((await failure(pay(order, '70'))).retryable).toBe(true);
    await refusedForGood(order, '70', /cancelled in the shop: a person has to decide/);
    expect(captures(order)).toEqual([]);
  });

  it('is an order with more transactions than are read', async () => {
    const order = addOrder();
    for (let count = 0; count < 60; count += 1) standIn.authorize(order, '1.00');
    await refusedForGood(order, '40.00', /more transactions than the 60 that are read/);
    expect(captures(order)).toEqual([]);
  });

  it('is what a manual gateway calls an authorization', async () => {
    const order = addOrder();
    standIn.authorize(order, '30.00', { isManual: true, gateway: 'Bank' });
    await refusedForGood(order, '70', /has a card payment authorized/);
    expect(captures(order)).toEqual([]);
  });
});

describe('without the setting', () => {
  it('nothing is captured, and an authorized order is left to a person', async () => {
    shop = connectWith({ capturePayments: false });
    const { order } = mixedOrder();
    expect((await failure(pay(order, '70'))).message).toMatch(/has a card payment authorized/);
    expect(operations()).toEqual(['ReadOrder']);
  });
});

describe('an order that is not paid in Tari in time', () => {
  const cancel = (order: StandInOrder, amount: string) =>
    shop.connector.cancel(
      { orderId: order.id, altId: null, price: { amount, currency: order.presentment.currency } },
      'It expired.',
    );

  it('is cancelled, and what another gateway held of it is let go, not captured', async () => {
    const { order, giftCard } = mixedOrder();
    expect((await cancel(order, '70')).effect).toBe('done');
    expect(order.transactions).toMatchObject([{ id: giftCard.id }, { kind: 'VOID', parentId: giftCard.id }]);
    expect(shop.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('is left alone where a card holds the Tari part as well', async () => {
    const order = addOrder();
    standIn.authorize(order, '100.00');
    expect((await cancel(order, '100.00')).effect).toBe('left_alone');
    expect([order.cancelledAt, outstandingOf(order)]).toEqual([null, '0.00']);
  });

  it('is left alone where something was captured, and without the setting', async () => {
    const { order } = mixedOrder();
    order.financialStatus = 'PARTIALLY_PAID';
    expect((await cancel(order, '70')).effect).toBe('left_alone');
    order.financialStatus = 'AUTHORIZED';
    shop = connectWith({ capturePayments: false });
    expect((await cancel(order, '70')).effect).toBe('left_alone');
  });
});
