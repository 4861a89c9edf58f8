import { afterEach, describe, expect, it } from 'vitest';
import type { Ledger } from '#engine/money/ledger.ts';
import { ownerOf } from '#engine/money/owners.ts';
import { isOpen, nextStatus, type OrderAction } from '#engine/order-states.ts';
import type { Order } from '#engine/store/orders.ts';
import { ORDER_STATUSES, type OrderStatus } from '#platform/database/tables.ts';
import { closeEngines, DAY, type TestEngine, tari, testEngine } from '#test/engine.ts';
import { ACCOUNTS } from '#test/test-wallets.ts';

const [alice, bob] = ACCOUNTS;
const ACTIONS: readonly OrderAction[] = ['claim', 'take_over', 'pay', 'expire', 'cancel', 'reset', 'reset_unclaimed'];

/** What is promised of an order's life (http-api.md 3 and 7); every other step is refused. */
const PROMISED: readonly (readonly [OrderStatus, OrderAction, OrderStatus])[] = [
  ['Unclaimed', 'claim', 'New'],
  ['Unclaimed', 'expire', 'Expired'],
  ['Unclaimed', 'cancel', 'Cancelled'],
  ['New', 'take_over', 'New'],
  ['New', 'pay', 'Paid'],
  ['New', 'expire', 'Expired'],
  ['New', 'cancel', 'Cancelled'],
  ['Expired', 'reset', 'New'],
  ['Expired', 'reset_unclaimed', 'Unclaimed'],
  ['Cancelled', 'reset', 'New'],
  ['Cancelled', 'reset_unclaimed', 'Unclaimed'],
];

const ALL_STEPS = ORDER_STATUSES.flatMap((status) => ACTIONS.map((action) => ({ status, action })));

function promisedStatus(status: OrderStatus, action: OrderAction): OrderStatus | undefined {
  return PROMISED.find(([from, step]) => from === status && step === action)?.[2];
}

const POSSIBLE = ALL_STEPS.filter(({ status, action }) => promisedStatus(status, action) !== undefined);
const REFUSED = ALL_STEPS.filter(({ status, action }) => promisedStatus(status, action) === undefined);

afterEach(closeEngines);

describe('the life of an order', () => {
  it.each(POSSIBLE)('$action of an order that is $status leads on', ({ status, action }) => {
    expect(nextStatus('1', status, action)).toBe(promisedStatus(status, action));
  });

  it.each(REFUSED)('$action of an order that is $status is refused by name', ({ status, action }) => {
    expect(() => nextStatus('77', status, action)).toThrow(
      expect.objectContaining({
        code: 'order_change_forbidden',
        message: expect.stringMatching(
          /^The requested order change is forbidden\. Order 77 is \w+ and cannot be [\w ]+\.$/,
        ),
      }),
    );
  });

  it('is open only while the order can still be paid', () => {
    expect(ORDER_STATUSES.filter(isOpen)).toEqual(['Unclaimed', 'New']);
  });
});

describe('the ledger', () => {
  it.each(POSSIBLE)('does: $action of an order that is $status', async ({ status, action }) => {
    const test = await testEngine();
    const order = await anOrderThatIs(status, test, action);
    const done = await test.withLedger((ledger) => doAction(ledger, order, action));
    expect(done.status).toBe(promisedStatus(status, action));
    expect({ ...(await test.orderOf(order.orderId)), usableCredit: done.usableCredit }).toEqual(done);
  });

  it.each(REFUSED)('refuses, changing nothing: $action of an order that is $status', async ({ status, action }) => {
    const test = await testEngine();
    const order = await anOrderThatIs(status, test, action);
    // Enough money for a second time, so that the order's state alone can be what refuses.
    await test.payConfirmed({ from: bob, amount: tari(500) });
    if (status === 'Paid') await test.payConfirmed({ from: alice, amount: tari(500) });
    const atRest = await test.orderOf(order.orderId);
    expect(atRest.status).toBe(status);
    const before = test.dump();
    await expect(test.withLedger((ledger) => doAction(ledger, atRest, action))).rejects.toMatchObject({
      code: 'order_change_forbidden',
    });
    expect(test.dump()).toEqual(before);
  });
});

async function anOrderThatIs(status: OrderStatus, test: TestEngine, action: OrderAction): Promise<Order> {
  await test.order({ orderId: '1' });
  // What was claimed once is reset to New.
  if (action === 'reset' && !isOpen(status) && status !== 'Paid') await test.claim(alice, '1');
  if (status === 'Paid') await test.payConfirmed({ from: alice, amount: tari(100), orderId: '1' });
  if (status === 'New') await test.claim(alice, '1');
  if (status === 'Cancelled') await test.cancel('1');
  if (status === 'Expired') {
    test.clock.advance(3 * DAY);
    await test.engine.expiry.run();
  }
  const order = await test.orderOf('1');
  expect(order.status).toBe(status);
  if (status === 'New') await test.payConfirmed({ from: bob, amount: tari(100) });
  return order;
}

async function doAction(ledger: Ledger, order: Order, action: OrderAction): Promise<Order> {
  if (action === 'claim') return ledger.claimOrder(order, ownerOf(bob.tariAddress), 'stated');
  if (action === 'take_over') return ledger.takeOverOrder({ ...order, claimKind: 'stated' }, ownerOf(bob.tariAddress));
  if (action === 'expire' || action === 'cancel') return ledger.annulOrder(order, action);
  if (action === 'reset' || action === 'reset_unclaimed') return ledger.resetOrder(order);
  const payer = order.status === 'Paid' ? alice : bob;
  const source = { owner: { kind: 'account', id: payer.account } as const, available: order.totalPrice };
  return (await ledger.payOrder(order, [{ source, amount: order.totalPrice }])).order;
}
