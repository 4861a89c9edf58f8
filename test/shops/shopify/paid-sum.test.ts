import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OrderWebhookOptions } from '#shops/shopify/webhooks/order.ts';
import type { NewOrder, StandInOrder } from '#test/fake-shopify/orders.ts';
import { type ShopifyStandIn, STAND_IN_TOKEN, startShopifyStandIn } from '#test/fake-shopify/server.ts';
import { type Connected, connect, failure } from '#test/shopify-client.ts';

/** Never more and never less is recorded in the shop than what an order was paid for here. */

const PAID_AT = new Date('2026-11-20T12:00:00Z');
const GROWN = JSON.parse(readFileSync(new URL('../../vectors/cases/grown-order.json', import.meta.url), 'utf8'));

let standIn: ShopifyStandIn;
let shop: Connected;

beforeEach(async () => {
  standIn = await startShopifyStandIn();
  shop = connect(standIn);
});
afterEach(() => standIn.close());

const connectWith = (fields: OrderWebhookOptions) =>
  connect(standIn, { accessToken: STAND_IN_TOKEN, fields: { paymentMethods: null, ...fields } });

function addOrder(changes: Partial<NewOrder> = {}): StandInOrder {
  return standIn.addOrder({ id: '8997470732594', name: '#1011', currency: 'USD', price: '15.90', ...changes });
}

const pay = (order: StandInOrder, amount: string, currency = 'USD') =>
  shop.connector.markPaid({ orderId: order.id, altId: order.name, price: { amount, currency } }, PAID_AT);

const sales = (order: StandInOrder) =>
  order.transactions.filter(({ kind }) => kind === 'SALE').map(({ gateway, amount }) => [gateway, amount]);

async function refused(order: StandInOrder, amount: string, ...figures: string[]): Promise<void> {
  const before = structuredClone(order.transactions);
  const error = await failure(pay(order, amount));
  expect([error.retryable, error.message]).toEqual([false, expect.stringContaining('a person has to decide')]);
  for (const figure of figures) expect(error.message).toContain(figure);
  expect(order.transactions).toEqual(before);
  expect(standIn.calls.some(({ operation }) => /Manual|MarkOrder|Capture/.test(operation))).toBe(false);
}

describe('an order that has grown in the shop after it was paid here', () => {
  it('is not recorded, and both figures are named', async () => {
    const { price } = GROWN['orders/create'].line_items[0];
    const due = GROWN['shop answers when it is told'].totalOutstandingSet.shopMoney.amount;
    const order = addOrder({ price });
    standIn.edit(order, { price: '25.80' });
    await refused(order, price, '15.90 USD', `${due}0 USD`);
    expect(order.financialStatus).toBe('PENDING');
  });

  it.each(['subtotal', 'line_items'] as const)('is not recorded by the price field %s', async (priceField) => {
    shop = connectWith({ priceField });
    const lineItems = [{ title: 'Hat', price: '15.90', quantity: 1 }];
    const order = addOrder({ price: '20.90', subtotal: '15.90', lineItems });
    standIn.edit(order, { price: '36.80', subtotal: '31.80', quantities: [2] });
    await refused(order, '15.90', '15.90 USD', '31.80 USD', '36.80 USD is outstanding');
  });

  it('is not recorded where it grew between our reading and the answer: the shop cannot be asked for a sum', async () => {
    const order = addOrder();
    standIn.beforeNext('CreateManualPayment', () => standIn.edit(order, { price: '25.80' }));
    const error = await failure(pay(order, '15.90'));
    expect([error.retryable, error.message]).toEqual([
      false,
      expect.stringMatching(/recorded 25\.80 USD in place of 15\.90 USD/),
    ]);
  });

  it('is recorded once it is as it was', async () => {
    const order = addOrder();
    standIn.edit(order, { price: '25.80' });
    await refused(order, '15.90');
    standIn.edit(order, { price: '15.90' });
    expect((await pay(order, '15.90')).effect).toBe('done');
    expect(sales(order)).toEqual([['Tari', '15.90']]);
  });
});

describe('an order of which less is due than was paid here', () => {
  it('is not recorded where an item was removed', async () => {
    const order = addOrder({ price: '25.80' });
    standIn.edit(order, { price: '9.90' });
    await refused(order, '25.80', '25.80 USD', '9.90 USD');
  });

  it('is not recorded where everything was removed', async () => {
    const order = addOrder();
    standIn.edit(order, { price: '0.00', quantities: [0, 0, 0] });
    await refused(order, '15.90', '15.90 USD', '0.00 USD');
  });

  it('is not recorded where a gift card has paid a part of it meanwhile', async () => {
    const order = addOrder();
    standIn.payByOther(order, '5.00');
    await refused(order, '15.90', '15.90 USD', '10.90 USD');
  });
});

describe('what is recorded', () => {
  it('is the part that a gift card has left', async () => {
    const order = addOrder();
    standIn.payByOther(order, '5.00');
    expect((await pay(order, '10.9')).effect).toBe('done');
    expect(sales(order)).toEqual([
      ['gift_card', '5.00'],
      ['Tari', '10.90'],
    ]);
    expect((await pay(order, '10.9')).effect).toBe('already_done');
  });

  it.each([
    ['subtotal', { price: '20.90', subtotal: '15.90' }],
    ['line_items', { price: '20.90', lineItems: [{ title: 'Hat', price: '5.30', quantity: 3 }] }],
    ['line_items', { price: '12.00', discounts: '3.90', lineItems: [{ title: 'Hat', price: '15.90', quantity: 1 }] }],
  ] as const)('is all of an order whose %s was paid', async (priceField, fields) => {
    shop = connectWith({ priceField });
    const order = addOrder({ ...fields, lineItems: 'lineItems' in fields ? [...fields.lineItems] : [] } as never);
    expect((await pay(order, '15.90')).effect).toBe('done');
    expect(order.financialStatus).toBe('PAID');
  });

  it('is what is due of an edited order', async () => {
    const order = addOrder({ price: '25.80' });
    standIn.edit(order, { price: '9.90' });
    expect((await pay(order, '9.90')).effect).toBe('done');
    expect(sales(order)).toEqual([['Tari', '9.90']]);
  });

  it('is compared in the currency that the buyer saw', async () => {
    const order = addOrder({ currency: 'CAD', price: '17.01', presentment: { currency: 'USD', price: '12.50' } });
    await refused(order, '12.60', '12.60 USD', '12.50 USD');
    expect((await pay(order, '12.5')).effect).toBe('done');
  });

  it.each([
    ['in another currency', '15.90', 'EUR'],
    ['by a cent less', '15.89', 'USD'],
    ['by a cent more', '15.91', 'USD'],
  ])('is nothing where the two differ %s', async (_how, amount, currency) => {
    const order = addOrder();
    const error = await failure(pay(order, amount, currency));
    expect([error.retryable, sales(order)]).toEqual([false, []]);
  });

  it('is nothing where it is not known what the order was paid for', async () => {
    const order = addOrder();
    const error = await failure(shop.connector.markPaid({ orderId: order.id, altId: null }, PAID_AT));
    expect([error.retryable, error.message, sales(order)]).toEqual([
      false,
      expect.stringContaining('15.90 USD is due'),
      [],
    ]);
  });

  it('shows in the shop before long: nothing is outstanding any more, and its status lags behind', async () => {
    const order = addOrder();
    await pay(order, '15.90');
    order.financialStatus = 'PENDING';
    expect(await failure(pay(order, '15.90'))).toMatchObject({ retryable: true });
    order.financialStatus = 'PAID';
    expect((await pay(order, '15.90')).effect).toBe('already_done');
    expect(sales(order)).toHaveLength(1);
  });
});

describe('where captures are on', () => {
  beforeEach(() => {
    shop = connectWith({ priceField: 'total', capturePayments: true });
  });

  it('a grown order is not recorded either', async () => {
    const order = addOrder();
    standIn.edit(order, { price: '25.80' });
    await refused(order, '15.90', '15.90 USD', '25.80 USD');
  });

  it('what a card holds is captured, and what is left is held against what was paid', async () => {
    const order = addOrder();
    standIn.authorize(order, '5.90');
    standIn.edit(order, { price: '25.80' });
    const error = await failure(pay(order, '10.00'));
    expect([error.retryable, error.message]).toEqual([false, expect.stringMatching(/10\.00 USD.*19\.90 USD/)]);
    expect(sales(order)).toEqual([]);
  });
});

describe('an order of another payment method', () => {
  const cancel = (order: StandInOrder) =>
    shop.connector.cancel({ orderId: order.id, altId: order.name }, 'It expired.');

  it.each([['Bank Deposit'], []])('is never cancelled: %s', async (...gateways) => {
    shop = connectWith({ priceField: 'total', paymentMethods: ['Tari'] });
    const order = addOrder({ gateways: gateways.filter((name) => name !== undefined) });
    const outcome = await cancel(order);
    expect([outcome.effect, order.cancelledAt]).toEqual(['left_alone', null]);
    expect(standIn.calls.map(({ operation }) => operation)).toEqual(['ReadOrder']);
  });

  it('is cancelled where ours is among them, and where the settings name none', async () => {
    shop = connectWith({ priceField: 'total', paymentMethods: ['tari'] });
    expect((await cancel(addOrder({ gateways: ['gift_card', 'Tari'] }))).effect).toBe('done');
    shop = connectWith({ priceField: 'total' });
    expect((await cancel(addOrder({ id: 2, gateways: ['Bank Deposit'] }))).effect).toBe('done');
  });
});
