import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Owner, ownerOf } from '#engine/money/owners.ts';
import type { OrderChanges } from '#engine/operator-actions.ts';
import { accountRepository } from '#engine/store/accounts.ts';
import { customerRepository } from '#engine/store/customers.ts';
import type { Order } from '#engine/store/orders.ts';
import { orderView as viewOf } from '#engine/views.ts';
import { parseJson, stringifyJson } from '#platform/json.ts';
import { type MicroTari, microTari } from '#tari/micro-tari.ts';
import { noOrderAddress } from '#tari/order-address.ts';
import { syntheticAddressOf } from '#tari/synthetic-address.ts';
import {
  aShopOrder,
  claimText,
  closeEngines,
  DAY,
  discardEngine,
  HOUR,
  type TestEngine,
  tari,
  testEngine,
} from '#test/engine.ts';
import { ACCOUNTS, NOW, type Person } from '#test/test-wallets.ts';

/** The hot wallet of these tests has a single address, in which no order fits. */
const orderView = (order: Order) => viewOf(order, noOrderAddress);

const [alice, bob, carol] = ACCOUNTS;
const OPERATOR = 'operator';
const BY_HAND = { actor: OPERATOR };

let test: TestEngine;
let changes: OrderChanges;

beforeEach(async () => {
  test = await testEngine();
  changes = test.engine.orderChanges;
});
afterEach(closeEngines);

// ---- Short words --------------------------------------------------------------------------------------------------

const made = (customerId: string): Owner => ownerOf(syntheticAddressOf(customerId));

const credit = (customerId: string, amount: number, reason?: string) =>
  changes.credit(BY_HAND, { customerId, amount: tari(amount), reason });

/** An order that the person has claimed, and cannot pay yet. */
const claimedOrder = (person: Person, orderId: string, price: number, customerId = 'c1') =>
  test.order({ orderId, customerId, price: String(price), memo: claimText(person, orderId) });

const unclaimedOrder = (orderId: string, price: number, customerId = 'c1') =>
  test.order({ orderId, customerId, price: String(price) });

/** Confirmed and paid of an account, in whole Tari. */
async function books({ account }: { account: Owner['account'] }): Promise<[confirmed: number, paid: number]> {
  const found = await test.store.read((tx) => tx.use(accountRepository).find(account));
  return [Number(found?.totalConfirmed ?? 0n) / 1e6, Number(found?.totalPaid ?? 0n) / 1e6];
}

/** The customer's sums, in whole Tari. */
async function totals(customerId: string) {
  const found = await test.store.read((tx) => tx.use(customerRepository).totals(customerId));
  return found && Object.fromEntries(Object.entries(found).map(([name, sum]) => [name, Number(sum) / 1e6]));
}

const NO_TOTALS = { current: 0, paid: 0, expired: 0, cancelled: 0 };

/** The lines that the operator left in the audit log. */
const auditLines = () =>
  test
    .rows(`select actor, action, subject, reason, before, after, created_at from audit_log order by id`)
    .filter((line) => line.actor === OPERATOR)
    .map(({ actor, created_at: at, before, after, ...line }) => ({
      ...line,
      before: read(before),
      after: read(after),
    }));

const read = (json: unknown) => (json === null ? null : parseJson(String(json)));

/** A view as it comes out of the database, where small amounts are numbers. */
const asKept = (view: unknown) => parseJson(stringifyJson(view));

/** The events that the work appends, as `type subject`. */
async function eventsOf(work: () => Promise<unknown>): Promise<string[]> {
  const before = (await test.eventNames()).length;
  await work();
  return (await test.eventNames()).slice(before);
}

async function lastPayload(): Promise<unknown> {
  return parseJson((await test.events()).at(-1)!.payload);
}

/** The work is refused with that code, and nothing at all is changed. */
async function expectRefused(work: () => Promise<unknown>, code: string, sentence: string): Promise<void> {
  const before = test.dump();
  await expect(work()).rejects.toMatchObject({ code, message: expect.stringContaining(sentence) });
  expect(test.dump()).toEqual(before);
}

/** Two accounts of c1 with 60 each, and an order of 100 that neither can pay alone. */
async function sharedOrder(): Promise<void> {
  await claimedOrder(alice, 'shared', 100);
  await claimedOrder(bob, 'far', 1000);
  await test.payConfirmed({ from: alice, amount: tari(60) });
  await test.payConfirmed({ from: bob, amount: tari(60) });
  expect(await test.statusOf('shared')).toBe('New');
}

const inEveryClosedState: Record<'Paid' | 'Expired' | 'Cancelled', () => Promise<unknown>> = {
  Paid: async () => {
    await claimedOrder(alice, '1', 100);
    await test.payConfirmed({ from: alice });
  },
  Expired: async () => {
    await unclaimedOrder('1', 100);
    test.clock.advance(DAY);
    await test.engine.expiry.run();
  },
  Cancelled: async () => {
    await unclaimedOrder('1', 100);
    await test.cancel('1');
  },
};
const CLOSED = Object.keys(inEveryClosedState) as (keyof typeof inEveryClosedState)[];

async function orderIn(status: keyof typeof inEveryClosedState): Promise<void> {
  await inEveryClosedState[status]();
  expect(await test.statusOf('1')).toBe(status);
}

const FORBIDDEN = 'The requested order change is forbidden.';
const NO_OP = 'The requested order change would result in a no-op.';
const UNKNOWN = 'The requested order nowhere does not exist';

// ---- Credit -------------------------------------------------------------------------------------------------------

describe('credit', () => {
  it('is a manual payment from the made address of a customer, also of one that has nothing yet', async () => {
    const events = await eventsOf(async () => {
      expect(await credit('c9', 5, 'a prize')).toEqual({ orders_paid: [], settlements: [] });
    });
    const { address } = made('c9');
    expect(events).toEqual(['PaymentConfirmed manual-1']);
    const payment = {
      txid: 'manual-1',
      created_at: NOW.toISOString(),
      updated_at: NOW.toISOString(),
      sender: address,
      amount: 5_000_000,
      memo: 'a prize',
      payment_type: 'manual',
      status: 'confirmed',
      order_id: null,
      payment_reference: null,
      block_height: null,
    };
    expect(await lastPayload()).toEqual({ payment });
    expect(await books(made('c9'))).toEqual([5, 0]);
    expect(await totals('c9')).toEqual(NO_TOTALS);
    const { accounts } = await test.engine.accounts.customerHistory('c9');
    expect(accounts).toMatchObject([{ address, totalConfirmed: tari(5), totalPaid: 0n }]);
    expect(auditLines()).toEqual([
      { action: 'credit customer', subject: 'c9', reason: 'a prize', before: null, after: { payments: [payment] } },
    ]);
  });

  it('needs no reason', async () => {
    await credit('c9', 5);
    expect(test.rows('select memo from payments')).toEqual([{ memo: null }]);
    expect(auditLines()).toMatchObject([{ reason: null }]);
  });

  it('is possible for the longest customer id that can be named', async () => {
    const longest = `guest:${'9'.repeat(264)}`;
    await credit(longest, 5);
    expect(await books(made(longest))).toEqual([5, 0]);
  });

  it('counts twice where it is given twice in the same moment', async () => {
    await Promise.all([credit('c9', 5, 'a prize'), credit('c9', 5, 'a prize')]);
    expect(test.rows('select txid, amount, created_at from payments order by txid')).toEqual([
      { txid: 'manual-1', amount: 5_000_000n, created_at: NOW.toISOString() },
      { txid: 'manual-2', amount: 5_000_000n, created_at: NOW.toISOString() },
    ]);
    expect(await books(made('c9'))).toEqual([10, 0]);
    expect(auditLines()).toHaveLength(2);
  });

  it('pays an open order alone where it covers it', async () => {
    await claimedOrder(alice, '1', 100);
    test.clock.advance(HOUR);
    let answer: unknown;
    const events = await eventsOf(async () => {
      answer = await credit('c1', 130);
    });
    const paid = await test.orderOf('1');
    expect(paid).toMatchObject({ status: 'Paid', claimedBy: alice.account, updatedAt: test.clock.now() });
    expect(answer).toEqual({
      orders_paid: [orderView(paid)],
      settlements: [
        {
          id: 1n,
          created_at: test.clock.now().toISOString(),
          order_id: '1',
          payment_address: made('c1').address,
          settlement_type: 'single',
          amount: tari(100),
        },
      ],
    });
    expect(events).toEqual(['PaymentConfirmed manual-1', 'OrderPaid 1']);
    expect(await books(made('c1'))).toEqual([130, 100]);
    expect(await totals('c1')).toEqual({ ...NO_TOTALS, paid: 100 });
  });

  it('pays together with what else the customer has, the largest balance first', async () => {
    await claimedOrder(alice, '1', 100);
    await test.payConfirmed({ from: alice, amount: tari(60) });
    const { settlements } = await credit('c1', 40);
    expect(settlements).toMatchObject([
      { payment_address: alice.address, settlement_type: 'multiple', amount: tari(60) },
      { payment_address: made('c1').address, settlement_type: 'multiple', amount: tari(40) },
    ]);
    expect([await books(alice), await books(made('c1'))]).toEqual([
      [60, 60],
      [40, 40],
    ]);
  });

  it('claims an Unclaimed order for the one who pays it', async () => {
    await unclaimedOrder('1', 100);
    const events = await eventsOf(() => credit('c1', 100));
    expect(events).toEqual(['PaymentConfirmed manual-1', 'OrderClaimed 1', 'OrderPaid 1']);
    expect(await test.orderOf('1')).toMatchObject({ status: 'Paid', claimedBy: made('c1').account });
  });

  it('claims an Unclaimed order that several pay for the one who pays the most', async () => {
    await claimedOrder(alice, 'far', 1000);
    await unclaimedOrder('1', 90);
    await test.payConfirmed({ from: alice, amount: tari(60) });
    const { orders_paid: paid } = await credit('c1', 30);
    expect(paid).toMatchObject([{ order_id: '1', status: 'Paid' }]);
    expect(await test.orderOf('1')).toMatchObject({ claimedBy: alice.account });
  });

  it('tries each order by itself, oldest first, and leaves those that are too dear', async () => {
    await unclaimedOrder('dear', 100);
    await unclaimedOrder('cheap', 30);
    await unclaimedOrder('cheaper', 15);
    await unclaimedOrder('late', 10);
    const { orders_paid: paid } = await credit('c1', 50);
    expect(paid.map((order) => order.order_id)).toEqual(['cheap', 'cheaper']);
    expect(await books(made('c1'))).toEqual([50, 45]);
    expect(await totals('c1')).toEqual({ ...NO_TOTALS, current: 110, paid: 45 });
  });

  it('is nothing to other customers, and waits for the next order of its own', async () => {
    await unclaimedOrder('theirs', 10, 'c2');
    await credit('c1', 50);
    expect(await test.statusOf('theirs')).toBe('Unclaimed');
    expect((await unclaimedOrder('own', 10)).status).toBe('Paid');
  });

  it('is taken back from the made account first, then from the largest balances', async () => {
    await claimedOrder(alice, 'a', 1000);
    await claimedOrder(bob, 'b', 1000);
    await test.payConfirmed({ from: bob, amount: tari(30) });
    await test.payConfirmed({ from: alice, amount: tari(60) });
    await credit('c1', 10);
    const events = await eventsOf(async () => {
      expect(await credit('c1', -80, 'a mistake')).toEqual({ orders_paid: [], settlements: [] });
    });
    expect(events).toEqual(['manual-2', 'manual-2-2', 'manual-2-3'].map((txid) => `PaymentConfirmed ${txid}`));
    const taken = test.rows(`select txid, account, amount, memo from payments where amount < 0 order by txid`);
    expect(taken).toEqual([
      { txid: 'manual-2', account: made('c1').account, amount: -tari(10), memo: 'a mistake' },
      { txid: 'manual-2-2', account: alice.account, amount: -tari(60), memo: 'a mistake' },
      { txid: 'manual-2-3', account: bob.account, amount: -tari(10), memo: 'a mistake' },
    ]);
    expect([await books(made('c1')), await books(alice), await books(bob)]).toEqual([
      [0, 0],
      [0, 0],
      [20, 0],
    ]);
    const [, line] = auditLines();
    expect(line).toMatchObject({ action: 'credit customer', subject: 'c1', reason: 'a mistake' });
    expect(line?.after).toMatchObject({ payments: taken.map(({ txid }) => ({ txid })) });
  });

  it('is taken back from the made account alone where that is enough, even where it is not the largest', async () => {
    await claimedOrder(alice, 'a', 1000);
    await test.payConfirmed({ from: alice, amount: tari(60) });
    await credit('c1', 10);
    await credit('c1', -10);
    expect([await books(made('c1')), await books(alice)]).toEqual([
      [0, 0],
      [60, 0],
    ]);
  });

  it('is never taken back beyond what is left', async () => {
    await claimedOrder(alice, 'a', 50);
    await claimedOrder(alice, 'far', 1000);
    await test.payConfirmed({ from: alice, amount: tari(60) });
    await credit('c1', 10);
    const sentence = 'The customer has less than that to take back: 20.000000 XTM.';
    await expectRefused(() => credit('c1', -21), 'credit_exceeds_balance', sentence);
    await credit('c1', -20);
    await expectRefused(() => credit('c1', -1), 'credit_exceeds_balance', '0.000000 XTM');
    await expectRefused(() => credit('nobody', -1), 'credit_exceeds_balance', '0.000000 XTM');
  });

  it('of a payment that is not confirmed cannot be taken back', async () => {
    await claimedOrder(alice, 'far', 1000);
    await test.pay({ from: alice, amount: tari(60) });
    await expectRefused(() => credit('c1', -1), 'credit_exceeds_balance', '0.000000 XTM');
  });

  it('is exact with amounts past 2^53', async () => {
    const amount = microTari(9_007_199_254_740_993n);
    await changes.credit(BY_HAND, { customerId: 'c1', amount, reason: undefined });
    const back = microTari(-amount + 1n) as MicroTari;
    await changes.credit(BY_HAND, { customerId: 'c1', amount: back, reason: undefined });
    expect(test.rows('select total_confirmed from accounts')).toContainEqual({ total_confirmed: 1n });
  });
});

// ---- Fulfil -------------------------------------------------------------------------------------------------------

describe('fulfil', () => {
  const fulfill = (orderId = '1') => changes.fulfill(BY_HAND, { orderId, reason: 'paid in cash' });

  it('pays a New order by a credit of its price, whatever else the customer has', async () => {
    await claimedOrder(alice, '1', 100);
    await test.payConfirmed({ from: alice, amount: tari(60) });
    await credit('c1', 7);
    const before = orderView(await test.orderOf('1'));
    let answer: unknown;
    const events = await eventsOf(async () => {
      answer = await fulfill();
    });
    const after = orderView(await test.orderOf('1'));
    expect(after).toMatchObject({ status: 'Paid', total_price: tari(100) });
    expect(answer).toEqual(after);
    expect(events).toEqual(['PaymentConfirmed manual-2', 'OrderPaid 1']);
    expect([await books(alice), await books(made('c1'))]).toEqual([
      [60, 0],
      [107, 100],
    ]);
    expect(test.rows(`select order_id, memo, amount from payments where txid = 'manual-2'`)).toEqual([
      { order_id: '1', memo: 'paid in cash', amount: tari(100) },
    ]);
    expect(test.rows('select account, settlement_type, amount from settlements')).toEqual([
      { account: made('c1').account, settlement_type: 'single', amount: tari(100) },
    ]);
    expect(auditLines().at(-1)).toEqual({
      action: 'fulfill order',
      subject: '1',
      reason: 'paid in cash',
      before: asKept(before),
      after: asKept(after),
    });
  });

  it('claims an Unclaimed order for the made address', async () => {
    await unclaimedOrder('1', 100);
    const events = await eventsOf(() => fulfill());
    expect(events).toEqual(['OrderClaimed 1', 'PaymentConfirmed manual-1', 'OrderPaid 1']);
    expect(await test.orderOf('1')).toMatchObject({ status: 'Paid', claimedBy: made('c1').account });
    expect(await totals('c1')).toEqual({ ...NO_TOTALS, paid: 100 });
  });

  it('needs no payment for an order that costs nothing', async () => {
    await unclaimedOrder('1', 0);
    expect(await eventsOf(() => fulfill())).toEqual(['OrderClaimed 1', 'OrderPaid 1']);
    expect(test.rows('select * from payments')).toEqual([]);
    expect(test.rows('select * from settlements')).toEqual([]);
  });

  it('is possible for a guest’s order with the longest id', async () => {
    const orderId = '9'.repeat(255);
    await unclaimedOrder(orderId, 10, `guest:${orderId}`);
    expect(await fulfill(orderId)).toMatchObject({ status: 'Paid' });
  });

  it.each(CLOSED)('is forbidden for an order that is %s', async (status) => {
    await orderIn(status);
    await expectRefused(() => fulfill(), 'order_change_forbidden', `${FORBIDDEN} Order 1 is ${status}`);
  });

  it('is not repeated', async () => {
    await unclaimedOrder('1', 100);
    await fulfill();
    await expectRefused(() => fulfill(), 'order_change_forbidden', FORBIDDEN);
  });

  it('of an unknown order is refused', async () => {
    await expectRefused(() => fulfill('nowhere'), 'order_not_found', UNKNOWN);
  });
});

// ---- Cancel -------------------------------------------------------------------------------------------------------

describe('cancel', () => {
  const cancel = (orderId = '1') => changes.cancel(BY_HAND, { orderId, reason: 'out of stock' });

  it.each([
    ['Unclaimed', () => test.order({ orderId: '1', memo: 'please wrap it' })],
    ['New', () => claimedOrder(alice, '1', 100)],
  ] as const)('annuls an order that is %s and leaves its memo', async (status, enter) => {
    await enter();
    const before = await test.orderOf('1');
    expect(before.status).toBe(status);
    test.clock.advance(HOUR);
    let answer: unknown;
    const events = await eventsOf(async () => {
      answer = await cancel();
    });
    const after = await test.orderOf('1');
    expect(after).toEqual({ ...before, status: 'Cancelled', updatedAt: test.clock.now() });
    expect(answer).toEqual(orderView(after));
    expect(events).toEqual(['OrderAnnulled 1']);
    expect(await lastPayload()).toEqual({ order: asKept(orderView(after)), status: 'Cancelled' });
    expect(await totals('c1')).toEqual({ ...NO_TOTALS, cancelled: 100 });
    expect(auditLines()).toEqual([
      {
        action: 'cancel order',
        subject: '1',
        reason: 'out of stock',
        before: asKept(orderView(before)),
        after: asKept(orderView(after)),
      },
    ]);
  });

  it('leaves the money of whoever was to pay where it is', async () => {
    await sharedOrder();
    await cancel('shared');
    expect([await books(alice), await books(bob)]).toEqual([
      [60, 0],
      [60, 0],
    ]);
  });

  it.each(CLOSED)('is forbidden for an order that is %s', async (status) => {
    await orderIn(status);
    await expectRefused(() => cancel(), 'order_change_forbidden', `${FORBIDDEN} Order 1 is ${status}`);
  });

  it('of an unknown order is refused', async () => {
    await expectRefused(() => cancel('nowhere'), 'order_not_found', UNKNOWN);
  });
});

// ---- The memo -----------------------------------------------------------------------------------------------------

describe('a new memo', () => {
  const changeMemo = (memo: string, orderId = '1') =>
    changes.changeMemo(BY_HAND, { orderId, memo, reason: 'they called' });

  it('changes nothing else, and is told', async () => {
    await test.order({ orderId: '1', memo: 'old' });
    const before = await test.orderOf('1');
    let answer: unknown;
    const events = await eventsOf(async () => {
      answer = await changeMemo('new');
    });
    const after = await test.orderOf('1');
    expect(after).toEqual({ ...before, memo: 'new' });
    expect(answer).toEqual(orderView(after));
    expect(events).toEqual(['OrderModified 1']);
    const orders = { old_order: asKept(orderView(before)), new_order: asKept(orderView(after)) };
    expect(await lastPayload()).toEqual({ field_changed: 'memo', orders });
    expect(auditLines()).toEqual([
      {
        action: 'change memo of order',
        subject: '1',
        reason: 'they called',
        before: orders.old_order,
        after: orders.new_order,
      },
    ]);
  });

  it.each(CLOSED)('may be given to an order that is %s', async (status) => {
    await orderIn(status);
    const before = await totals('c1');
    expect(await changeMemo('new')).toMatchObject({ status, memo: 'new' });
    expect(await totals('c1')).toEqual(before);
  });

  it('claims nothing by itself', async () => {
    await unclaimedOrder('1', 100);
    expect(await changeMemo(claimText(alice, '1'))).toMatchObject({ status: 'Unclaimed' });
  });

  it('that is the old one is refused', async () => {
    await test.order({ orderId: '1', memo: 'same' });
    await expectRefused(() => changeMemo('same'), 'order_change_no_op', NO_OP);
  });

  it('for an unknown order is refused', async () => {
    await expectRefused(() => changeMemo('new', 'nowhere'), 'order_not_found', UNKNOWN);
  });
});

// ---- The price ----------------------------------------------------------------------------------------------------

describe('a new price', () => {
  const changePrice = (price: number, orderId = '1') =>
    changes.changePrice(BY_HAND, { orderId, price: tari(price), reason: 'a discount' });

  it('may be higher', async () => {
    await claimedOrder(alice, '1', 100);
    const before = await test.orderOf('1');
    expect(await eventsOf(() => changePrice(150))).toEqual(['OrderModified 1']);
    const after = await test.orderOf('1');
    expect(after).toEqual({ ...before, totalPrice: tari(150) });
    expect(await lastPayload()).toEqual({
      field_changed: 'total_price',
      orders: { old_order: asKept(orderView(before)), new_order: asKept(orderView(after)) },
    });
    expect(await totals('c1')).toEqual({ ...NO_TOTALS, current: 150 });
    expect(auditLines()).toMatchObject([
      {
        action: 'change price of order',
        subject: '1',
        reason: 'a discount',
        before: { total_price: 100_000_000 },
        after: { total_price: 150_000_000, status: 'New' },
      },
    ]);
  });

  it('pays the order where that is possible then', async () => {
    await sharedOrder();
    await test.payConfirmed({ from: alice, amount: tari(30) });
    let answer: unknown;
    const events = await eventsOf(async () => {
      answer = await changePrice(80, 'shared');
    });
    expect(events).toEqual(['OrderModified shared', 'OrderPaid shared']);
    expect(answer).toEqual(orderView(await test.orderOf('shared')));
    expect(answer).toMatchObject({ status: 'Paid', total_price: tari(80), original_price: '100' });
    expect(test.rows('select account, amount, settlement_type from settlements')).toEqual([
      { account: alice.account, amount: tari(80), settlement_type: 'single' },
    ]);
    expect(await totals('c1')).toEqual({ ...NO_TOTALS, current: 1000, paid: 80 });
    expect(auditLines()).toMatchObject([{ before: { status: 'New' }, after: { status: 'Paid' } }]);
  });

  it('may be one that several accounts pay together', async () => {
    await sharedOrder();
    expect(await changePrice(110, 'shared')).toMatchObject({ status: 'Paid' });
    expect(test.rows('select amount, settlement_type from settlements order by amount')).toEqual([
      { amount: tari(50), settlement_type: 'multiple' },
      { amount: tari(60), settlement_type: 'multiple' },
    ]);
  });

  it('pays no other order', async () => {
    await sharedOrder();
    expect(await changePrice(900, 'far')).toMatchObject({ status: 'New' });
    expect(await test.statusOf('shared')).toBe('New');
  });

  it('claims an Unclaimed order that it makes payable', async () => {
    await claimedOrder(alice, 'far', 1000);
    await unclaimedOrder('1', 100);
    await test.payConfirmed({ from: alice, amount: tari(60) });
    expect(await eventsOf(() => changePrice(60))).toEqual(['OrderModified 1', 'OrderClaimed 1', 'OrderPaid 1']);
  });

  it('of nothing pays an order, and claims it for its customer where nobody else has', async () => {
    await claimedOrder(alice, '1', 100);
    await unclaimedOrder('2', 100, 'c2');
    expect(await changePrice(0, '1')).toMatchObject({ status: 'Paid' });
    expect(await changePrice(0, '2')).toMatchObject({ status: 'Paid', total_price: 0n });
    expect(await test.orderOf('2')).toMatchObject({ claimedBy: made('c2').account });
    expect(test.rows('select * from settlements')).toEqual([]);
  });

  it('gives the order its whole time again', async () => {
    await unclaimedOrder('1', 100);
    test.clock.advance(1.5 * HOUR);
    await changePrice(90);
    test.clock.advance(1.5 * HOUR);
    expect(await test.engine.expiry.run()).toEqual([]);
  });

  it('that is the old one is refused', async () => {
    await unclaimedOrder('1', 100);
    await expectRefused(() => changePrice(100), 'order_change_no_op', NO_OP);
  });

  it.each(CLOSED)('is forbidden for an order that is %s', async (status) => {
    await orderIn(status);
    await expectRefused(() => changePrice(90), 'order_change_forbidden', `${FORBIDDEN} Order 1 is ${status}`);
    await expectRefused(() => changePrice(100), 'order_change_forbidden', FORBIDDEN);
  });

  it('for an unknown order is refused', async () => {
    await expectRefused(() => changePrice(1, 'nowhere'), 'order_not_found', UNKNOWN);
  });
});

// ---- Another customer ---------------------------------------------------------------------------------------------

describe('another customer', () => {
  const reassign = (customerId: string, orderId = '1') =>
    changes.reassign(BY_HAND, { orderId, customerId, reason: 'wrong account' });

  it('gets the order, with its price in the sums', async () => {
    await claimedOrder(alice, '1', 100);
    await unclaimedOrder('2', 7);
    await unclaimedOrder('3', 5, 'c2');
    const before = await test.orderOf('1');
    let answer: unknown;
    const events = await eventsOf(async () => {
      answer = await reassign('c2');
    });
    const after = await test.orderOf('1');
    expect(after).toEqual({ ...before, customerId: 'c2' });
    expect(answer).toEqual({
      orders: { old_order: orderView(before), new_order: orderView(after) },
      settlements: [],
    });
    expect(events).toEqual(['OrderModified 1']);
    const orders = { old_order: asKept(orderView(before)), new_order: asKept(orderView(after)) };
    expect(await lastPayload()).toEqual({ field_changed: 'customer_id', orders });
    expect(await totals('c1')).toEqual({ ...NO_TOTALS, current: 7 });
    expect(await totals('c2')).toEqual({ ...NO_TOTALS, current: 105 });
    expect(auditLines()).toEqual([
      {
        action: 'reassign order',
        subject: '1',
        reason: 'wrong account',
        before: orders.old_order,
        after: orders.new_order,
      },
    ]);
  });

  it('may be one that is not known yet', async () => {
    await unclaimedOrder('1', 100);
    await reassign('new one');
    expect(await totals('new one')).toEqual({ ...NO_TOTALS, current: 100 });
    expect(await totals('c1')).toEqual(NO_TOTALS);
  });

  it('pays the order by credit, while the first one’s is no longer looked at', async () => {
    await claimedOrder(alice, '1', 100);
    await test.payConfirmed({ from: alice, amount: tari(60) });
    await credit('c2', 100);
    let answer: Awaited<ReturnType<typeof reassign>> | undefined;
    const events = await eventsOf(async () => {
      answer = await reassign('c2');
    });
    expect(events).toEqual(['OrderModified 1', 'OrderPaid 1']);
    expect(answer?.orders.new_order).toEqual(orderView(await test.orderOf('1')));
    expect(answer?.orders.new_order).toMatchObject({ status: 'Paid', customer_id: 'c2' });
    expect(answer?.settlements).toMatchObject([
      { order_id: '1', payment_address: made('c2').address, settlement_type: 'single', amount: tari(100) },
    ]);
    expect(await books(alice)).toEqual([60, 0]);
    expect([await totals('c1'), await totals('c2')]).toEqual([NO_TOTALS, { ...NO_TOTALS, paid: 100 }]);
  });

  it('claims an Unclaimed order by paying it', async () => {
    await unclaimedOrder('1', 100);
    await credit('c2', 100);
    expect(await eventsOf(() => reassign('c2'))).toEqual(['OrderModified 1', 'OrderClaimed 1', 'OrderPaid 1']);
  });

  it('who has no account yet pays a claimed order that costs nothing', async () => {
    await claimedOrder(alice, '1', 100);
    await reassign('c2');
    expect(await changes.changePrice(BY_HAND, { orderId: '1', price: tari(0), reason: undefined })).toMatchObject({
      status: 'Paid',
    });
  });

  it.each(['Expired', 'Cancelled'] as const)('may get an order that is %s, and is not charged', async (status) => {
    await orderIn(status);
    await credit('c2', 100);
    const { orders, settlements } = await reassign('c2');
    expect(orders.new_order).toMatchObject({ status, customer_id: 'c2' });
    expect(settlements).toEqual([]);
    expect(await totals('c1')).toEqual(NO_TOTALS);
    expect(await totals('c2')).toEqual({ ...NO_TOTALS, [status.toLowerCase()]: 100 });
  });

  it('never gets an order that is Paid', async () => {
    await orderIn('Paid');
    await expectRefused(() => reassign('c2'), 'order_change_forbidden', `${FORBIDDEN} Order 1 is Paid`);
  });

  it('must be another', async () => {
    await unclaimedOrder('1', 100);
    await expectRefused(() => reassign('c1'), 'order_change_no_op', NO_OP);
  });

  it('for an unknown order is refused', async () => {
    await expectRefused(() => reassign('c2', 'nowhere'), 'order_not_found', UNKNOWN);
  });
});

// ---- Reset --------------------------------------------------------------------------------------------------------

describe('reset', () => {
  const reset = (orderId = '1') => changes.reset(BY_HAND, orderId);

  it.each(['Expired', 'Cancelled'] as const)('makes an order that was %s before a claim Unclaimed', async (status) => {
    await orderIn(status);
    const before = await test.orderOf('1');
    test.clock.advance(HOUR);
    let answer: unknown;
    const events = await eventsOf(async () => {
      answer = await reset();
    });
    const after = await test.orderOf('1');
    expect(after).toEqual({ ...before, status: 'Unclaimed', updatedAt: test.clock.now() });
    expect(answer).toEqual({ old_order: orderView(before), new_order: orderView(after) });
    expect(events).toEqual(['OrderModified 1']);
    const orders = { old_order: asKept(orderView(before)), new_order: asKept(orderView(after)) };
    expect(await lastPayload()).toEqual({ field_changed: 'status', orders });
    expect(await totals('c1')).toEqual({ ...NO_TOTALS, current: 100 });
    expect(auditLines()).toEqual([
      { action: 'reset order', subject: '1', reason: null, before: orders.old_order, after: orders.new_order },
    ]);
  });

  it.each([
    ['Expired', () => test.engine.expiry.run()],
    ['Cancelled', () => changes.cancel(BY_HAND, { orderId: '1', reason: '' })],
  ] as const)('makes an order that was %s after a claim New, for the same claimant', async (status, annul) => {
    await claimedOrder(alice, '1', 100);
    test.clock.advance(3 * DAY);
    await annul();
    expect(await test.statusOf('1')).toBe(status);
    await reset();
    expect(await test.orderOf('1')).toMatchObject({ status: 'New', claimedBy: alice.account });
    await test.payConfirmed({ from: alice });
    expect(await test.statusOf('1')).toBe('Paid');
  });

  it('pays the order where that is possible', async () => {
    await orderIn('Cancelled');
    await credit('c1', 100);
    let answer: Awaited<ReturnType<typeof reset>> | undefined;
    const events = await eventsOf(async () => {
      answer = await reset();
    });
    expect(events).toEqual(['OrderModified 1', 'OrderClaimed 1', 'OrderPaid 1']);
    expect(answer).toMatchObject({ old_order: { status: 'Cancelled' }, new_order: { status: 'Paid' } });
    expect(auditLines().at(-1)).toMatchObject({ before: { status: 'Cancelled' }, after: { status: 'Paid' } });
  });

  it('gives the order its whole time again, after which it may be reset once more', async () => {
    await orderIn('Expired');
    await reset();
    expect(await test.engine.expiry.run()).toEqual([]);
    test.clock.advance(DAY);
    expect(await test.engine.expiry.run()).toHaveLength(1);
    await reset();
    await test.claim(bob, '1');
    expect(await test.orderOf('1')).toMatchObject({ status: 'New', claimedBy: bob.account });
    const names = await test.eventNames();
    expect(names.filter((name) => name === 'OrderAnnulled 1')).toHaveLength(2);
  });

  it('is forbidden for open orders and for Paid ones', async () => {
    await orderIn('Paid');
    await unclaimedOrder('unclaimed', 10, 'c2');
    await claimedOrder(carol, 'new', 10, 'c3');
    for (const [orderId, status] of [
      ['unclaimed', 'Unclaimed'],
      ['new', 'New'],
      ['1', 'Paid'],
    ] as const) {
      const sentence = `${FORBIDDEN} Order ${orderId} is ${status} and cannot be reset.`;
      await expectRefused(() => reset(orderId), 'order_change_forbidden', sentence);
    }
  });

  it('of an unknown order is refused', async () => {
    await expectRefused(() => reset('nowhere'), 'order_not_found', UNKNOWN);
  });
});

// ---- Settle -------------------------------------------------------------------------------------------------------

describe('settling', () => {
  const forAddress = (person: Person, seesAll: boolean) =>
    changes.settleAddress(BY_HAND, { address: person.tariAddress, seesAll });
  const forCustomer = (customerId: string) => changes.settleCustomer(BY_HAND, customerId);

  it('answers null and leaves no trace where nothing can be paid', async () => {
    await claimedOrder(alice, '1', 100);
    await test.payConfirmed({ from: alice, amount: tari(60) });
    const before = test.dump();
    for (const work of [
      () => forCustomer('c1'),
      () => forCustomer('nobody'),
      () => forAddress(alice, true),
      () => forAddress(alice, false),
      () => forAddress(carol, true),
    ]) {
      expect(await work()).toBeNull();
    }
    expect(test.dump()).toEqual(before);
  });

  const SETTLINGS: readonly [whose: string, action: string, subject: string, settle: () => Promise<unknown>][] = [
    ['a customer', 'settle customer', 'c1', () => forCustomer('c1')],
    ['an address', 'settle address', alice.address, () => forAddress(alice, true)],
  ];

  it.each(SETTLINGS)('pays for %s from all accounts together', async (_, action, subject, settle) => {
    await sharedOrder();
    let answer: unknown;
    const events = await eventsOf(async () => {
      answer = await settle();
    });
    expect(events).toEqual(['OrderPaid shared']);
    expect(answer).toMatchObject({
      orders_paid: [{ order_id: 'shared', status: 'Paid' }],
      settlements: [
        { order_id: 'shared', settlement_type: 'multiple', amount: tari(60) },
        { order_id: 'shared', settlement_type: 'multiple', amount: tari(40) },
      ],
    });
    expect(auditLines()).toEqual([{ action, subject, reason: null, before: null, after: asKept(answer) }]);
    expect(await settle()).toBeNull();
  });

  it('for an address looks at all customers that it is linked to', async () => {
    await claimedOrder(alice, '1', 50, 'c1');
    await claimedOrder(bob, '2', 40, 'c1');
    await claimedOrder(alice, '3', 30, 'c2');
    await claimedOrder(carol, 'theirs', 5, 'c3');
    await test.payConfirmed({ from: alice, amount: tari(45) });
    // Alice alone stops at the first order, which she cannot pay; each by itself, two are payable and the dear one is not.
    const settled = await forAddress(alice, true);
    expect(settled?.orders_paid.map((order) => order.order_id)).toEqual(['2']);
    await test.payConfirmed({ from: bob, amount: tari(45) });
    expect(await test.statusOf('1')).toBe('New');
    const more = await forAddress(alice, true);
    expect(more?.orders_paid.map((order) => order.order_id)).toEqual(['1']);
    expect(await test.statusOf('theirs')).toBe('New');
  });

  it('shows somebody who may not see all only the own part', async () => {
    await sharedOrder();
    const answer = await forAddress(alice, false);
    const amount = test.rows(`select amount from settlements where account = '${alice.account}'`)[0]?.amount;
    expect(answer?.orders_paid).toMatchObject([{ order_id: 'shared' }]);
    expect(answer?.settlements).toMatchObject([{ payment_address: alice.address, amount }]);
    expect(auditLines()).toMatchObject([{ after: { settlements: [{}, {}] } }]);
  });

  it('does not show what others paid for others, but tells the audit log', async () => {
    await claimedOrder(alice, 'hers', 1000);
    await claimedOrder(bob, 'far', 1000);
    await claimedOrder(bob, 'his', 30);
    await test.payConfirmed({ from: bob, amount: tari(60) });
    expect(await forAddress(alice, false)).toBeNull();
    expect(await test.statusOf('his')).toBe('Paid');
    expect(auditLines()).toMatchObject([
      {
        action: 'settle address',
        subject: alice.address,
        after: { orders_paid: [{ order_id: 'his' }], settlements: [{ payment_address: bob.address }] },
      },
    ]);
  });

  it('shows the own order also where somebody else paid it', async () => {
    await claimedOrder(bob, 'far', 1000);
    await claimedOrder(alice, 'hers', 30);
    await test.payConfirmed({ from: bob, amount: tari(60) });
    expect(await forAddress(alice, false)).toMatchObject({ orders_paid: [{ order_id: 'hers' }], settlements: [] });
  });
});

// ---- Names of orders ----------------------------------------------------------------------------------------------

describe('the shop’s other name for an order', () => {
  it('does in loose mode, and not in strict mode', async () => {
    const name = '#1001';
    await test.order({ orderId: '1', altId: name });
    await expectRefused(
      () => changes.cancel(BY_HAND, { orderId: name, reason: '' }),
      'order_not_found',
      'The requested order #1001 does not exist',
    );
    const loose = await testEngine({ settings: { strictMode: false } });
    await loose.order({ orderId: '1', altId: name });
    expect(await loose.engine.orderChanges.cancel(BY_HAND, { orderId: name, reason: '' })).toMatchObject({
      order_id: '1',
      status: 'Cancelled',
    });
    expect(loose.rows(`select subject from audit_log where actor = '${OPERATOR}'`)).toEqual([{ subject: '1' }]);
  });
});

// ---- The audit ----------------------------------------------------------------------------------------------------

describe('the audit', () => {
  const EVENT = `(type, subject, payload, created_at)`;

  it.each([
    ['is not told', `delete from events where subject = 'manual-1'`, 1n, 0n],
    ['is told twice', `insert into events ${EVENT} select type, subject, payload, created_at from events`, 1n, 2n],
    [
      'is told as one that was seen on the chain',
      `insert into events ${EVENT} select 'PaymentReceived', subject, payload, created_at from events`,
      0n,
      1n,
    ],
  ])('finds that a manual payment %s', async (_, statement, expected, found) => {
    await credit('c1', 5);
    expect((await test.engine.audit()).differences).toEqual([]);
    test.database.tamper(statement);
    expect((await test.engine.audit()).differences).toEqual([
      { check: 'payment_events', subject: 'manual-1', expected, found },
    ]);
    await discardEngine(test);
  });
});

describe('a customer with more open orders than are looked at in one go', () => {
  it('has the last of them paid, behind all that cost too much', { timeout: 180_000 }, async () => {
    // One go is 1,000 orders.
    const count = 1_050;
    const enter = (number: number) => {
      const order = { orderId: String(number), price: '1000', createdAt: new Date(NOW.getTime() + number) };
      return test.deliver(aShopOrder(order));
    };
    await Promise.all(Array.from({ length: count - 1 }, (_, index) => enter(index + 1)));
    await test.order({ orderId: 'last', price: '5', createdAt: new Date(NOW.getTime() + count) });
    await test.claim(alice, '1');
    await test.payConfirmed({ from: alice, amount: tari(5) });
    expect(await test.statusOf('last')).toBe('Unclaimed');
    expect((await changes.settleCustomer(BY_HAND, 'c1'))?.orders_paid.map((order) => order.order_id)).toEqual(['last']);
    await test.order({ orderId: 'one more', price: '5', createdAt: new Date(NOW.getTime() + count + 1) });
    await test.payConfirmed({ from: alice, amount: tari(5) });
    const settled = await changes.settleAddress(BY_HAND, { address: alice.tariAddress, seesAll: true });
    expect(settled?.orders_paid.map((order) => order.order_id)).toEqual(['one more']);
  });
});
