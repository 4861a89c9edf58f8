import { afterEach, describe, expect, it } from 'vitest';
import { claimText, closeEngines, DAY, HOUR, MINUTE, tari, testEngine } from '#test/engine.ts';
import { ACCOUNTS, NOW } from '#test/test-wallets.ts';

const [alice] = ACCOUNTS;

afterEach(closeEngines);

describe('an order expires', () => {
  it('when it was Unclaimed for its time-out, and not a moment sooner', async () => {
    const test = await testEngine();
    await test.order({ orderId: '1' });
    test.clock.advance(2 * HOUR - 1);
    expect(await test.engine.expiry.run()).toEqual([]);
    test.clock.advance(1);
    const expired = await test.engine.expiry.run();
    expect(expired).toEqual([await test.orderOf('1')]);
    expect(expired[0]).toMatchObject({ status: 'Expired', updatedAt: test.clock.now() });
  });

  it('when it was claimed and unpaid for the other time-out, counted from the claim', async () => {
    const test = await testEngine();
    await test.order({ orderId: '1' });
    test.clock.advance(HOUR);
    await test.claim(alice, '1');
    test.clock.advance(48 * HOUR - 1);
    expect(await test.engine.expiry.run()).toEqual([]);
    test.clock.advance(1);
    expect((await test.engine.expiry.run()).map((order) => order.orderId)).toEqual(['1']);
  });

  it('by our clock, however old the shop says that it is', async () => {
    const test = await testEngine();
    const longAgo = new Date(NOW.getTime() - 30 * DAY);
    await test.order({ orderId: '1', createdAt: longAgo, updatedAt: longAgo });
    expect(await test.engine.expiry.run()).toEqual([]);
  });

  it('by the settings', async () => {
    const test = await testEngine({
      settings: { unclaimedOrderTimeoutMs: MINUTE, unpaidOrderTimeoutMs: 3 * MINUTE },
    });
    await test.order({ orderId: 'unclaimed' });
    await test.order({ orderId: 'claimed', memo: claimText(alice, 'claimed') });
    test.clock.advance(MINUTE);
    expect((await test.engine.expiry.run()).map((order) => order.orderId)).toEqual(['unclaimed']);
    test.clock.advance(2 * MINUTE);
    expect((await test.engine.expiry.run()).map((order) => order.orderId)).toEqual(['claimed']);
  });

  it('once, is announced once, and goes to the customer’s expired sum', async () => {
    const test = await testEngine();
    await test.order({ orderId: '1' });
    test.clock.advance(DAY);
    await test.engine.expiry.run();
    const annulled = (await test.events()).filter((event) => event.type === 'OrderAnnulled');
    expect(annulled.map((event) => JSON.parse(event.payload))).toMatchObject([
      { status: 'Expired', order: { order_id: '1', status: 'Expired' } },
    ]);
    const { totals } = await test.engine.accounts.customerHistory('c1');
    expect(totals).toEqual({ current: 0n, paid: 0n, expired: tari(100), cancelled: 0n });
    const before = test.dump();
    test.clock.advance(DAY);
    expect(await test.engine.expiry.run()).toEqual([]);
    expect(test.dump()).toEqual(before);
  });

  it('and is not paid any more by what comes later', async () => {
    const test = await testEngine();
    await test.order({ orderId: '1', memo: claimText(alice, '1') });
    const { payment } = await test.pay({ from: alice, orderId: '1' });
    test.clock.advance(3 * DAY);
    await test.engine.expiry.run();
    expect((await test.confirm(payment.txid)).ordersPaid).toEqual([]);
    expect(await test.statusOf('1')).toBe('Expired');
    expect(await test.creditOf(alice)).toBe(tari(100));
  });

  it('never when it is Paid or Cancelled', async () => {
    const test = await testEngine();
    await test.order({ orderId: 'paid' });
    await test.payConfirmed({ from: alice, orderId: 'paid' });
    await test.order({ orderId: 'cancelled' });
    await test.cancel('cancelled');
    test.clock.advance(1000 * DAY);
    expect(await test.engine.expiry.run()).toEqual([]);
    expect(await test.statusOf('paid')).toBe('Paid');
    expect(await test.statusOf('cancelled')).toBe('Cancelled');
  });

  it('together with as many others as there are, longest unchanged first', async () => {
    const test = await testEngine();
    const ids = Array.from({ length: 250 }, (_, index) => `${index}`);
    for (const orderId of ids) {
      test.clock.advance(1);
      await test.order({ orderId, price: '1' });
    }
    test.clock.advance(2 * HOUR - 10);
    expect((await test.engine.expiry.run()).map((order) => order.orderId)).toEqual(ids.slice(0, 240));
    test.clock.advance(DAY);
    expect((await test.engine.expiry.run()).map((order) => order.orderId)).toEqual(ids.slice(240));
    expect((await test.events()).filter((event) => event.type === 'OrderAnnulled').length).toBe(250);
  });
});

describe('after a start', () => {
  it('nothing expires until the grace is over', async () => {
    const notBefore = new Date(NOW.getTime() + DAY);
    const test = await testEngine({ nothingExpiresBefore: notBefore });
    await test.order({ orderId: '1' });
    test.clock.advance(DAY - 1);
    expect(await test.engine.expiry.run()).toEqual([]);
    expect(await test.statusOf('1')).toBe('Unclaimed');
    test.clock.advance(1);
    expect((await test.engine.expiry.run()).length).toBe(1);
  });
});
