import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseJson } from '#platform/json.ts';
import { parseRefundWebhook } from '#shops/shopify/webhooks/refund.ts';
import type { NewOrder, StandInOrder } from '#test/fake-shopify/orders.ts';
import { makeRefund } from '#test/fake-shopify/refunds.ts';
import { type ShopifyStandIn, startShopifyStandIn } from '#test/fake-shopify/server.ts';
import { refundWebhookBody, sampleBody } from '#test/fake-shopify/webhooks.ts';
import { type Connected, connect, failure } from '#test/shopify-client.ts';

let standIn: ShopifyStandIn;
let shop: Connected;
beforeEach(async () => {
  standIn = await startShopifyStandIn();
  shop = connect(standIn);
});
afterEach(() => standIn.close());

const ID = 'refund-1-00112233445566aa';

async function paidOrder(changes: Partial<NewOrder> = {}): Promise<StandInOrder> {
  const order = standIn.addOrder({ id: '8997470732594', name: '#1001', currency: 'USD', price: '12.50', ...changes });
  const { currency, price: amount } = order.presentment;
  await shop.connector.markPaid({ orderId: order.id, altId: order.name, price: { amount, currency } }, new Date());
  return order;
}

const record = (order: StandInOrder, changes: { amount?: string; refundId?: string } = {}) => {
  const { refundId = ID } = changes;
  const { recordRefund } = shop.connector;
  if (recordRefund === undefined) throw new Error('Shopify records refunds');
  return recordRefund({
    order: { orderId: order.id, altId: order.name },
    ...{ refundId, key: `00000000-0000-8000-8000-${refundId.slice(-12)}`, amount: '5.00', currency: 'USD' },
    reason: 'one item was out of stock',
    ...changes,
  });
};

describe('recordRefund', () => {
  it('records what went back in Tari, as a refund of that payment', async () => {
    const order = await paidOrder();
    const outcome = await record(order);
    expect(outcome).toMatchObject({ effect: 'done', shopRefundId: `gid://shopify/Refund/${order.refunds[0]?.id}` });
    expect(order.refunds).toMatchObject([
      {
        note: `Paid back in Tari (${ID}): one item was out of stock`,
        transactions: [{ amount: '5.00', gateway: 'Tari' }],
      },
    ]);
    expect(order.financialStatus).toBe('PARTIALLY_REFUNDED');
  });

  it.each(['drop_after_acting', 'hang', 'http_500'] as const)(
    'records it once although the answer was %s',
    async (fault) => {
      shop = connect(standIn, undefined, 500);
      const order = await paidOrder();
      standIn.failNext(1, fault, 'CreateRefund');
      expect((await failure(record(order))).retryable).toBe(true);
      expect((await record(order)).effect).toBe(fault === 'drop_after_acting' ? 'already_done' : 'done');
      expect((await record(order)).effect).toBe('already_done');
      expect(order.refunds).toHaveLength(1);
    },
  );

  it('records two refunds of one order, and no more than was paid', async () => {
    const order = await paidOrder();
    await record(order);
    await record(order, { refundId: 'refund-2-00112233445566ab', amount: '7.50' });
    expect(order.financialStatus).toBe('REFUNDED');
    const third = await failure(record(order, { refundId: 'refund-3-00112233445566ac', amount: '0.01' }));
    expect([third.retryable, third.message]).toEqual([
      false,
      expect.stringContaining('A person has to record it there.'),
    ]);
  });

  it('leaves to a person what the shop took in another currency, or not in Tari at all', async () => {
    const order = await paidOrder({ presentment: { currency: 'EUR', price: '11.00' } });
    const other = await failure(record(order));
    expect([other.retryable, other.message]).toEqual([false, expect.stringContaining('in another currency')]);
    const card = standIn.addOrder({ id: '8997470732595', name: '#1002', currency: 'USD', price: '1.00' });
    standIn.payByOther(card, '1.00', 'shopify_payments');
    expect((await failure(record(card))).message).toContain('shows no payment in Tari');
  });
});

describe('a webhook about a refund', () => {
  it('tells what of it was paid in Tari', async () => {
    const order = await paidOrder();
    const [sale] = order.transactions;
    if (sale === undefined) throw new Error('no payment');
    const refund = makeRefund(order, [{ parent: sale, amount: '5' }], 'out of stock');
    expect(parseRefundWebhook(parseJson(refundWebhookBody(order, refund)))).toEqual({
      kind: 'refund',
      refund: {
        ...{ shopRefundId: refund.id, orderId: order.id, amount: '5', currency: 'USD', note: 'out of stock' },
      },
    });
  });

  it('is nothing of ours where another gateway gave the money back, or nothing was given', () => {
    expect(parseRefundWebhook(parseJson(sampleBody('refunds-create')))).toMatchObject({ kind: 'other' });
    expect(parseRefundWebhook({ id: 1, order_id: 2, transactions: [] })).toMatchObject({ kind: 'other' });
  });

  it.each([
    { id: 1, order_id: 2 },
    { id: 1, order_id: 2, transactions: [{ kind: 'refund', status: 'success', gateway: 'Tari', amount: '-5' }] },
    { id: 1, transactions: [{ kind: 'refund', status: 'success', gateway: 'Tari', amount: '5' }] },
    [],
    null,
  ])('that is none is refused: %j', (body) => {
    expect(() => parseRefundWebhook(body)).toThrow();
  });
});
