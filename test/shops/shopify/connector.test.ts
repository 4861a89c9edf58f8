import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FinancialStatus, NewOrder, StandInOrder } from '#test/fake-shopify/orders.ts';
import { type ShopifyStandIn, startShopifyStandIn } from '#test/fake-shopify/server.ts';
import { type Connected, connect, failure } from '#test/shopify-client.ts';

const PAID_AT = new Date('2026-11-20T12:00:00Z');

let standIn: ShopifyStandIn;
let shop: Connected;

beforeEach(async () => {
  standIn = await startShopifyStandIn();
  shop = connect(standIn);
});
afterEach(() => standIn.close());

function addOrder(changes: Partial<NewOrder> = {}): StandInOrder {
  return standIn.addOrder({ id: '820982911946154508', name: '#1001', currency: 'USD', price: '12.50', ...changes });
}

const reference = (order: StandInOrder) => ({
  orderId: order.id,
  altId: order.name,
  price: { amount: order.price, currency: order.currency },
});
const markPaid = (order: StandInOrder) => shop.connector.markPaid(reference(order), PAID_AT);
const cancel = (order: StandInOrder, reason = 'It expired.') => shop.connector.cancel(reference(order), reason);
const operations = () => standIn.calls.map((call) => call.operation);

describe('markPaid', () => {
  it('records one payment with our label and the time of the money', async () => {
    const order = addOrder();
    expect(await markPaid(order)).toEqual({
      effect: 'done',
      detail: 'Order #1001 (gid://shopify/Order/820982911946154508) was recorded as paid in the shop.',
    });
    expect(order.transactions).toMatchObject([{ gateway: 'Tari', kind: 'SALE', processedAt: PAID_AT }]);
    expect(operations()).toEqual(['ReadOrder', 'CreateManualPayment']);
  });

  it('does nothing when repeated', async () => {
    const order = addOrder();
    await markPaid(order);
    expect((await markPaid(order)).effect).toBe('already_done');
    expect(standIn.effectCount(order.id, 'paid')).toBe(1);
  });

  it.each(['drop_after_acting', 'hang', 'http_500', 'not_json'] as const)(
    'pays once although the answer to the payment was %s',
    async (fault) => {
      shop = connect(standIn, undefined, 500);
      const order = addOrder();
      standIn.failNext(1, fault, 'CreateManualPayment');
      expect((await failure(markPaid(order))).retryable).toBe(true);
      expect((await markPaid(order)).effect).toBe(fault === 'drop_after_acting' ? 'already_done' : 'done');
      expect(standIn.effectCount(order.id, 'paid')).toBe(1);
    },
  );

  it('finds that somebody else was faster', async () => {
    const order = addOrder();
    standIn.beforeNext('CreateManualPayment', () => {
      order.financialStatus = 'PAID';
    });
    expect((await markPaid(order)).effect).toBe('already_done');
    expect(standIn.effectCount(order.id, 'paid')).toBe(0);
  });

  it.each([
    ['its app may not create payments', { denyManualPayment: true }],
    ['the shop does not know our label', { denyManualGateway: true }],
  ])('marks the order as paid when %s', async (_reason, options) => {
    Object.assign(standIn.options, options);
    const order = addOrder();
    expect((await markPaid(order)).effect).toBe('done');
    expect(order.transactions).toMatchObject([{ gateway: 'manual' }]);
    expect(operations()).toEqual(['ReadOrder', 'CreateManualPayment', 'MarkOrderAsPaid']);
    expect(shop.log.lines.filter((line) => line.level === 'warn')).toHaveLength(1);
  });

  it('takes "Order cannot be marked as paid." for success when the order is paid', async () => {
    standIn.options.denyManualPayment = true;
    const order = addOrder();
    standIn.beforeNext('MarkOrderAsPaid', () => {
      order.financialStatus = 'PAID';
    });
    expect((await markPaid(order)).effect).toBe('already_done');
  });

  it('never gives the shop a time in its future', async () => {
    const order = addOrder();
    await shop.connector.markPaid(reference(order), new Date(Date.now() + 3_600_000));
    expect(order.transactions[0]?.gateway).toBe('Tari');
  });

  it('leaves a cancelled order to a person', async () => {
    const order = addOrder();
    order.cancelledAt = new Date();
    const error = await failure(markPaid(order));
    expect(error.retryable).toBe(false);
    expect(error.message).toMatch(/was paid in Tari but has been cancelled in the shop: a person has to decide/);
  });

  it('leaves an order that is cancelled meanwhile to a person', async () => {
    const order = addOrder();
    standIn.beforeNext('CreateManualPayment', () => {
      order.cancelledAt = new Date();
    });
    expect((await failure(markPaid(order))).retryable).toBe(false);
    expect(standIn.effects).toEqual([]);
  });

  it.each(['AUTHORIZED', 'REFUNDED', 'PARTIALLY_REFUNDED'] satisfies FinancialStatus[])(
    'leaves an order that is %s to a person, and charges nobody',
    async (financialStatus) => {
      const order = addOrder({ financialStatus });
      expect((await failure(markPaid(order))).retryable).toBe(false);
      expect(standIn.effects).toEqual([]);
    },
  );

  it.each(['PARTIALLY_PAID', 'EXPIRED', 'VOIDED'] satisfies FinancialStatus[])(
    'pays an order that is %s',
    async (financialStatus) => {
      expect((await markPaid(addOrder({ financialStatus }))).effect).toBe('done');
    },
  );

  it('tries again later while the shop is busy with the order', async () => {
    const order = addOrder();
    order.temporarilyUnavailable = true;
    const error = await failure(markPaid(order));
    expect(error).toMatchObject({ retryable: true });
    expect(error.message).toMatch(/Order is temporarily unavailable/);
    order.temporarilyUnavailable = false;
    expect((await markPaid(order)).effect).toBe('done');
  });

  it('gives up on an order that the shop does not have', async () => {
    const error = await failure(shop.connector.markPaid({ orderId: '5', altId: null }, PAID_AT));
    expect(error.retryable).toBe(false);
    expect(error.message).toMatch(/has no order gid:\/\/shopify\/Order\/5/);
  });

  it('waits for an operator when the scope is missing altogether', async () => {
    standIn.options.scopes = ['read_orders'];
    const error = await failure(markPaid(addOrder()));
    expect(error.retryable).toBe(true);
    expect(error.message).toMatch(/grant it the scopes read_orders and write_orders/);
  });

  it('pays once however many calls come at the same time', async () => {
    const order = addOrder();
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => markPaid(order)));
    expect(standIn.effectCount(order.id, 'paid')).toBe(1);
    expect(outcomes.filter((outcome) => outcome.effect === 'done')).toHaveLength(1);
  });
});

describe('orders that go by their names', () => {
  const byName = (name: string) =>
    shop.connector.markPaid({ orderId: name, altId: name, price: { amount: '12.50', currency: 'USD' } }, PAID_AT);

  it.each(['#1001', '1001', 'EN1001-A', 'sa"y \\ (x) OR name:*'])('finds %s exactly', async (name) => {
    const similar = addOrder({ id: '1', name: `${name}0` });
    const order = addOrder({ id: '2', name });
    expect((await byName(name)).effect).toBe('done');
    expect([order.financialStatus, similar.financialStatus]).toEqual(['PAID', 'PENDING']);
  });

  it('tries again when the search does not show the order yet', async () => {
    addOrder({ name: '#10010' });
    const error = await failure(byName('#1001'));
    expect(error).toMatchObject({ retryable: true });
    expect(error.message).toMatch(/finds no order named #1001 yet/);
  });

  it('does not choose between two orders of one name', async () => {
    addOrder({ id: '1' });
    addOrder({ id: '2' });
    expect(await failure(byName('#1001'))).toMatchObject({ retryable: false });
    expect(standIn.effects).toEqual([]);
  });

  it('cancels too', async () => {
    const order = addOrder();
    expect((await shop.connector.cancel({ orderId: '#1001', altId: '#1001' }, 'It expired.')).effect).toBe('done');
    expect(order.cancelledAt).not.toBeNull();
  });
});

describe('cancel', () => {
  it('cancels, and waits until the shop has done it', async () => {
    const order = addOrder();
    expect(await cancel(order)).toEqual({
      effect: 'done',
      detail: 'Order #1001 (gid://shopify/Order/820982911946154508) was cancelled in the shop.',
    });
    expect(order.cancelledAt).not.toBeNull();
    expect(standIn.calls.find((call) => call.operation === 'CancelOrder')?.variables).toEqual({
      id: order.gid,
      staffNote: 'It expired.',
    });
  });

  it('does nothing when repeated', async () => {
    const order = addOrder();
    await cancel(order);
    expect((await cancel(order)).effect).toBe('already_done');
    expect(standIn.effectCount(order.id, 'cancelled')).toBe(1);
  });

  it.each(['drop_after_acting', 'hang', 'http_500'] as const)(
    'cancels once although the answer was %s',
    async (fault) => {
      shop = connect(standIn, undefined, 500);
      const order = addOrder();
      standIn.failNext(1, fault, 'CancelOrder');
      expect((await failure(cancel(order))).retryable).toBe(true);
      expect(['done', 'already_done']).toContain((await cancel(order)).effect);
      expect(standIn.effectCount(order.id, 'cancelled')).toBe(1);
    },
  );

  it.each(['PAID', 'PARTIALLY_PAID', 'AUTHORIZED', 'PARTIALLY_REFUNDED', 'REFUNDED'] satisfies FinancialStatus[])(
    'leaves an order alone that is %s',
    async (financialStatus) => {
      const outcome = await cancel(addOrder({ financialStatus }));
      expect(outcome.effect).toBe('left_alone');
      expect(outcome.detail).toMatch(/was not cancelled: .* by other means\.$/);
      expect(operations()).toEqual(['ReadOrder']);
    },
  );

  it('finds that somebody else was faster', async () => {
    const order = addOrder();
    standIn.beforeNext('CancelOrder', () => {
      order.cancelledAt = new Date();
    });
    expect((await cancel(order)).effect).toBe('already_done');
    expect(standIn.effects).toEqual([]);
  });

  it('cuts the note for the staff to 255 characters, not through one', async () => {
    const order = addOrder();
    expect((await cancel(order, '💰'.repeat(300))).effect).toBe('done');
    const sent = standIn.calls.find((call) => call.operation === 'CancelOrder')?.variables.staffNote;
    expect(sent).toBe('💰'.repeat(255));
  });

  it('tries again when the job takes too long, and finds it done', async () => {
    standIn.options.cancelDelayMs = 1500;
    const order = addOrder();
    const error = await failure(cancel(order));
    expect(error).toMatchObject({ retryable: true, retryAfterMs: 10_000 });
    expect(error.message).toMatch(/still cancelling/);
    expect(shop.pauses).toHaveLength(7);
    await expect.poll(() => order.cancelledAt, { timeout: 5000 }).not.toBeNull();
    expect((await cancel(order)).effect).toBe('already_done');
    expect(standIn.effectCount(order.id, 'cancelled')).toBe(1);
  });

  it('calls a person when money comes while the order is being cancelled', async () => {
    const order = addOrder();
    standIn.beforeNext('CancelOrder', () => {
      order.financialStatus = 'PAID';
    });
    expect((await cancel(order)).effect).toBe('done');
    expect(shop.log.lines.filter((line) => line.level === 'error').map((line) => line.message)).toEqual([
      'A cancelled order needs a person: it has been paid while it was being cancelled.',
    ]);
  });

  it("gives up on an order that can't be cancelled, with the shop's words", async () => {
    const order = addOrder();
    order.cancelObstacle = 'Cannot cancel an order with outstanding fulfillments';
    const error = await failure(cancel(order));
    expect(error.retryable).toBe(false);
    expect(error.message).toMatch(/\(INVALID: Cannot cancel an order with outstanding fulfillments\)/);
  });

  it('gives up on an order that the shop does not have', async () => {
    const error = await failure(shop.connector.cancel({ orderId: '5', altId: null }, 'It expired.'));
    expect(error.retryable).toBe(false);
  });

  it('stops waiting when it is told to', async () => {
    standIn.options.cancelDelayMs = 10_000;
    const order = addOrder();
    const controller = new AbortController();
    standIn.beforeNext('ReadJob', () => controller.abort());
    const error = await failure(shop.connector.cancel(reference(order), 'It expired.', controller.signal));
    expect(error).toMatchObject({ retryable: true, message: 'The call to the shop was stopped.' });
  });
});
