import { afterEach, describe, expect, it } from 'vitest';
import {
  balanceView,
  customerBalanceView,
  customerOrderBalanceView,
  orderView,
  settlementView,
} from '#engine/views.ts';
import { noOrderAddress } from '#tari/order-address.ts';
import { claimText, closeEngines, DAY, MINUTE, type TestEngine, tari, testEngine } from '#test/engine.ts';
import { ACCOUNTS, NOW } from '#test/test-wallets.ts';

const [alice, bob, carol] = ACCOUNTS;

afterEach(closeEngines);

describe('what can be looked up', () => {
  it('of an address: its balance, orders, payments and settlements, oldest first', async () => {
    const test = await aStoryOfTwo();
    const history = await test.engine.accounts.history(alice.tariAddress);
    expect(history.address).toBe(alice.address);
    expect(history.orders.map((order) => order.orderId)).toEqual(['1', '3']);
    expect(history.payments.map((payment) => payment.txid)).toEqual(['a', 'b']);
    expect(history.settlements.map(settlementView)).toEqual([
      {
        id: 1n,
        created_at: history.settlements[0]?.createdAt.toISOString(),
        order_id: '1',
        payment_address: alice.address,
        settlement_type: 'single',
        amount: tari(60),
      },
    ]);
    expect(balanceView(alice.address, history.account)).toMatchObject({
      address: alice.address,
      total_confirmed: tari(100),
      total_paid: tari(60),
      current_balance: tari(40),
    });
  });

  it('of an address that nobody knows: nothing, and zeros', async () => {
    const test = await testEngine();
    expect(await test.engine.accounts.history(carol.tariAddress)).toEqual({
      address: carol.address,
      account: undefined,
      orders: [],
      payments: [],
      settlements: [],
    });
    expect(balanceView(carol.address, undefined)).toEqual({
      address: carol.address,
      total_confirmed: 0n,
      total_paid: 0n,
      current_balance: 0n,
      last_update: '1970-01-01T00:00:00.000Z',
    });
  });

  it('of a customer: accounts, orders, settlements, and the sums of all of it', async () => {
    const test = await aStoryOfTwo();
    const history = await test.engine.accounts.customerHistory('c1');
    expect(history.orders.map((order) => order.orderId)).toEqual(['1', '2', '3']);
    expect(history.settlements.map((entry) => entry.orderId)).toEqual(['1']);
    expect(customerBalanceView({ ...history, paid: history.totals?.paid ?? 0n })).toMatchObject({
      total_confirmed: tari(110),
      total_paid: tari(60),
      current_balance: tari(50),
      addresses: [{ address: alice.address }, { address: bob.address }],
    });
    expect(customerOrderBalanceView('c1', history.totals)).toEqual({
      customer_id: 'c1',
      total_current: tari(270),
      total_paid: tari(60),
      total_expired: 0n,
      total_cancelled: 0n,
    });
  });

  it('of a customer that nobody knows: nothing, and zeros', async () => {
    const test = await testEngine();
    const history = await test.engine.accounts.customerHistory('nobody');
    expect(history).toEqual({
      customerId: 'nobody',
      accounts: [],
      available: 0n,
      totals: undefined,
      orders: [],
      settlements: [],
    });
    expect(customerBalanceView({ ...history, paid: 0n })).toEqual({
      total_confirmed: 0n,
      total_paid: 0n,
      current_balance: 0n,
      addresses: [],
    });
    expect(customerOrderBalanceView('nobody', undefined)).toMatchObject({ total_current: 0n, total_paid: 0n });
  });

  it('of a customer’s orders in the end: each in the sum of its state', async () => {
    const test = await testEngine();
    await test.order({ orderId: '1', price: '1', memo: claimText(alice, '1') });
    await test.payConfirmed({ from: alice, amount: tari(1) });
    await test.order({ orderId: '2', price: '2' });
    await test.cancel('2');
    await test.order({ orderId: '3', price: '4' });
    test.clock.advance(DAY);
    await test.engine.expiry.run();
    await test.order({ orderId: '4', price: '8' });
    const { totals } = await test.engine.accounts.customerHistory('c1');
    expect(totals).toEqual({ paid: tari(1), cancelled: tari(2), expired: tari(4), current: tari(8) });
  });
});

describe('an order is shown', () => {
  it('to the address that claimed it', async () => {
    const test = await aStoryOfTwo();
    expect((await test.engine.accounts.ownOrder(bob.tariAddress, '2'))?.orderId).toBe('2');
  });

  it('to the address that paid it, though another one claimed it', async () => {
    const test = await testEngine();
    await test.order({ orderId: '0', price: '1', memo: claimText(alice, '0') });
    await test.order({ orderId: '1', price: '1', memo: claimText(bob, '1') });
    await test.payConfirmed({ from: alice, amount: tari(2) });
    expect(await test.orderOf('1')).toMatchObject({ status: 'Paid', claimedBy: bob.account });
    expect((await test.engine.accounts.ownOrder(alice.tariAddress, '1'))?.orderId).toBe('1');
    expect((await test.engine.accounts.ownOrder(bob.tariAddress, '1'))?.orderId).toBe('1');
    expect((await test.engine.accounts.history(alice.tariAddress)).orders.map((order) => order.orderId)).toEqual([
      '0',
      '1',
    ]);
  });

  it('to no other address, though it has claimed another order of the same customer', async () => {
    const test = await aStoryOfTwo();
    expect(await test.engine.accounts.ownOrder(alice.tariAddress, '2')).toBeUndefined();
    expect(await test.engine.accounts.ownOrder(carol.tariAddress, '1')).toBeUndefined();
    expect(await test.engine.accounts.ownOrder(alice.tariAddress, '404')).toBeUndefined();
  });

  it('to those who may read all, by either of its names', async () => {
    const test = await testEngine();
    await test.order({ orderId: '1', altId: '#7' });
    expect((await test.engine.accounts.anyOrder('1'))?.order.orderId).toBe('1');
    expect((await test.engine.accounts.anyOrder('#7'))?.order.orderId).toBe('1');
    expect(await test.engine.accounts.anyOrder('2')).toBeUndefined();
  });

  it('with every field, in the shape of the interface', async () => {
    const test = await testEngine();
    const order = await test.order({ orderId: '1' });
    expect(Object.keys(orderView(order, noOrderAddress))).toEqual([
      'id',
      'order_id',
      'alt_id',
      'customer_id',
      'memo',
      'total_price',
      'original_price',
      'currency',
      'created_at',
      'updated_at',
      'status',
      'amount_outstanding',
      'amount_missing',
      'amount_seen',
      'pay_to',
    ]);
  });
});

describe('the events', () => {
  it('come oldest first, after the one that was seen, as many as were asked for', async () => {
    const test = await testEngine();
    for (const orderId of ['1', '2', '3', '4']) await test.order({ orderId });
    const [first, second] = await test.engine.eventsAfter(0n, 2);
    expect([first?.subject, second?.subject]).toEqual(['1', '2']);
    const rest = await test.engine.eventsAfter(second?.id ?? 0n, 10);
    expect(rest.map((event) => event.subject)).toEqual(['3', '4']);
    expect(await test.engine.eventsAfter(rest[1]?.id ?? 0n, 10)).toEqual([]);
  });
});

/** Alice and bob share a customer: alice paid order 1 and claimed 3, bob claimed 2; both have credit left. */
async function aStoryOfTwo(): Promise<TestEngine> {
  const test = await testEngine();
  const at = (minutes: number) => new Date(NOW.getTime() + minutes * MINUTE);
  await test.order({ orderId: '1', price: '60', createdAt: at(1), memo: claimText(alice, '1') });
  await test.order({ orderId: '2', price: '70', createdAt: at(2), memo: claimText(bob, '2') });
  test.clock.advance(MINUTE);
  await test.payConfirmed({ from: bob, amount: tari(10), txid: 'bob' });
  test.clock.advance(MINUTE);
  await test.payConfirmed({ from: alice, amount: tari(100), txid: 'a' });
  test.clock.advance(MINUTE);
  await test.pay({ from: alice, amount: tari(5), txid: 'b' });
  await test.order({ orderId: '3', price: '200', createdAt: at(3), memo: claimText(alice, '3') });
  return test;
}
