import { afterEach, describe, expect, it } from 'vitest';
import { addressHistory, customerHistory, order, orderDetails } from '#engine/cli/answers.ts';
import { orderView } from '#engine/views.ts';
import { noOrderAddress } from '#tari/order-address.ts';
import { claimText, closeEngines, DAY, MINUTE, type TestEngine, tari, testEngine } from '#test/engine.ts';
import { said } from '#test/said.ts';
import { ACCOUNTS, NOW, type Person } from '#test/test-wallets.ts';

const [alice, bob, carol] = ACCOUNTS;

afterEach(closeEngines);

describe('what can be looked up', () => {
  it('of an address: its balance, orders, payments and settlements, oldest first', async () => {
    const test = await aStoryOfTwo();
    const history = await said(addressHistory, test.engine.accounts.history(alice.tariAddress));
    expect(history.address).toBe(alice.address);
    expect(history.orders.map((order) => order.order_id)).toEqual(['1', '3']);
    expect(history.payments.map((payment) => payment.txid)).toEqual(['a', 'b']);
    expect(history.settlements).toEqual([
      {
        id: 1n,
        created_at: history.settlements[0]?.created_at,
        order_id: '1',
        payment_address: alice.address,
        settlement_type: 'single',
        amount: tari(60),
      },
    ]);
    expect(history.balance).toMatchObject({
      address: alice.address,
      total_confirmed: tari(100),
      total_paid: tari(60),
      current_balance: tari(40),
    });
  });

  it('of an address that nobody knows: nothing, and zeros', async () => {
    const test = await testEngine();
    expect(await said(addressHistory, test.engine.accounts.history(carol.tariAddress))).toEqual({
      address: carol.address,
      balance: {
        address: carol.address,
        total_confirmed: 0n,
        total_paid: 0n,
        current_balance: 0n,
        last_update: '1970-01-01T00:00:00.000Z',
      },
      orders: [],
      payments: [],
      settlements: [],
    });
  });

  it('of a customer: accounts, orders, settlements, and the sums of all of it', async () => {
    const test = await aStoryOfTwo();
    const history = await said(customerHistory, test.engine.accounts.customerHistory('c1'));
    expect(history.orders.map((order) => order.order_id)).toEqual(['1', '2', '3']);
    expect(history.settlements.map((entry) => entry.order_id)).toEqual(['1']);
    expect(history.balance).toMatchObject({
      total_confirmed: tari(110),
      total_paid: tari(60),
      current_balance: tari(50),
      addresses: [{ address: alice.address }, { address: bob.address }],
    });
    expect(history.order_balance).toEqual({
      customer_id: 'c1',
      total_current: tari(270),
      total_paid: tari(60),
      total_expired: 0n,
      total_cancelled: 0n,
    });
  });

  it('of a customer that nobody knows: nothing, and zeros', async () => {
    const test = await testEngine();
    expect(await said(customerHistory, test.engine.accounts.customerHistory('nobody'))).toEqual({
      customer_id: 'nobody',
      balance: { total_confirmed: 0n, total_paid: 0n, current_balance: 0n, addresses: [] },
      order_balance: {
        customer_id: 'nobody',
        total_current: 0n,
        total_paid: 0n,
        total_expired: 0n,
        total_cancelled: 0n,
      },
      orders: [],
      settlements: [],
    });
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
    const { order_balance: totals } = await said(customerHistory, test.engine.accounts.customerHistory('c1'));
    expect(totals).toMatchObject({
      total_paid: tari(1),
      total_cancelled: tari(2),
      total_expired: tari(4),
      total_current: tari(8),
    });
  });
});

describe('an order is shown', () => {
  it('to the address that claimed it', async () => {
    const test = await aStoryOfTwo();
    expect((await ownOrder(test, bob, '2'))?.order_id).toBe('2');
  });

  it('to the address that paid it, though another one claimed it', async () => {
    const test = await testEngine();
    await test.order({ orderId: '0', price: '1', memo: claimText(alice, '0') });
    await test.order({ orderId: '1', price: '1', memo: claimText(bob, '1') });
    await test.payConfirmed({ from: alice, amount: tari(2) });
    expect(await test.orderOf('1')).toMatchObject({ status: 'Paid', claimedBy: bob.account });
    expect((await ownOrder(test, alice, '1'))?.order_id).toBe('1');
    expect((await ownOrder(test, bob, '1'))?.order_id).toBe('1');
    const { orders } = await said(addressHistory, test.engine.accounts.history(alice.tariAddress));
    expect(orders.map((order) => order.order_id)).toEqual(['0', '1']);
  });

  it('to no other address, though it has claimed another order of the same customer', async () => {
    const test = await aStoryOfTwo();
    expect(await ownOrder(test, alice, '2')).toBeNull();
    expect(await ownOrder(test, carol, '1')).toBeNull();
    expect(await ownOrder(test, alice, '404')).toBeNull();
  });

  it('to those who may read all, by either of its names', async () => {
    const test = await testEngine();
    await test.order({ orderId: '1', altId: '#7' });
    const anyOrder = (name: string) => said(orderDetails.nullable(), test.engine.accounts.anyOrder(name));
    expect((await anyOrder('1'))?.order_id).toBe('1');
    expect((await anyOrder('#7'))?.order_id).toBe('1');
    expect(await anyOrder('2')).toBeNull();
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

const ownOrder = (test: TestEngine, { tariAddress }: Person, orderId: string) =>
  said(order.nullable(), test.engine.accounts.ownOrder(tariAddress, orderId));

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
