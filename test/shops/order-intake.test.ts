import { afterEach, describe, expect, it } from 'vitest';
import {
  claimText,
  closeEngines,
  DAY,
  forgedClaimText,
  MINUTE,
  SECOND,
  type TestEngine,
  tari,
  testEngine,
} from '#test/engine.ts';
import { ACCOUNTS, NOW } from '#test/test-wallets.ts';

const [alice, bob, carol] = ACCOUNTS;

afterEach(closeEngines);

describe('a new order', () => {
  it('is Unclaimed, is kept as the shop said it, and is announced', async () => {
    const test = await testEngine();
    const createdAt = new Date(NOW.getTime() - MINUTE);
    const order = await test.order({
      orderId: '9007199254740993',
      altId: '#1001',
      memo: 'Leave it at the door',
      createdAt,
    });
    expect(order).toEqual({
      id: 1n,
      orderId: '9007199254740993',
      altId: '#1001',
      customerId: 'c1',
      memo: 'Leave it at the door',
      totalPrice: tari(100),
      originalPrice: '100.00',
      currency: 'XTM',
      exchangeRate: 1_000_000n,
      status: 'Unclaimed',
      amountOutstanding: null,
      amountSeen: 0n,
      refunded: 0n,
      claimedBy: null,
      claimKind: null,
      ownMoney: 0n,
      usableCredit: 0n,
      createdAt,
      updatedAt: NOW,
      shopUpdatedAt: NOW,
      shopTriggeredAt: null,
      pageCode: '0W3GE1R70W3GE1R7',
      customerLocale: null,
    });
    expect(await test.eventNames()).toEqual(['NewOrder 9007199254740993']);
  });

  it('counts from 1 in the order of arrival, whatever the shop calls it', async () => {
    const test = await testEngine();
    for (const orderId of ['900', '20', '3']) await test.order({ orderId });
    const ids = await Promise.all(['900', '20', '3'].map(async (orderId) => (await test.orderOf(orderId)).id));
    expect(ids).toEqual([1n, 2n, 3n]);
  });

  it('adds to what its customer is to pay', async () => {
    const test = await testEngine();
    await test.order({ orderId: '1', price: '1.5' });
    await test.order({ orderId: '2', price: '2' });
    const { totals } = await test.engine.accounts.customerHistory('c1');
    expect(totals).toEqual({ current: 3_500_000n, paid: 0n, expired: 0n, cancelled: 0n });
  });

  it('says in its event what the order is, in the shape of the interface', async () => {
    const test = await testEngine();
    await test.order({ orderId: '1', altId: '#1' });
    const [event] = await test.events();
    expect(JSON.parse(event?.payload ?? '')).toEqual({
      order: {
        id: 1,
        order_id: '1',
        alt_id: '#1',
        customer_id: 'c1',
        memo: null,
        total_price: 100_000_000,
        original_price: '100.00',
        currency: 'XTM',
        created_at: '2026-03-10T12:00:00.000Z',
        updated_at: '2026-03-10T12:00:00.000Z',
        status: 'Unclaimed',
        amount_outstanding: null,
        amount_missing: 100_000_000,
        amount_seen: 0,
        pay_to: null,
      },
    });
  });

  it('that the shop reports once more changes nothing, whatever it says then', async () => {
    const test = await testEngine();
    const first = await test.order({ orderId: '1' });
    test.clock.advance(MINUTE);
    const before = test.dump('webhooks');
    const again = await test.order({
      orderId: '1',
      price: '5',
      customerId: 'c2',
      currency: 'DOGE',
      memo: claimText(alice, '1'),
    });
    expect(again).toEqual(first);
    expect(test.dump('webhooks')).toEqual(before);
  });

  it.each(['New', 'Paid', 'Expired', 'Cancelled'])(
    'that is %s stays so when the shop reports it once more',
    async (status) => {
      const test = await testEngine();
      await test.order({ orderId: '1' });
      if (status !== 'Expired') await test.claim(alice, '1');
      if (status === 'Paid') await test.payConfirmed({ from: alice });
      if (status === 'Cancelled') await test.cancel('1');
      test.clock.advance(DAY);
      await test.engine.expiry.run();
      const before = test.dump('webhooks');
      expect((await test.order({ orderId: '1', memo: claimText(bob, '1') })).status).toBe(status);
      expect(test.dump('webhooks')).toEqual(before);
    },
  );
});

describe('the price of an order', () => {
  it.each(['XTM', 'XTR', 'xtm', 'xtr', 'Xtr'])('is worth itself in %s', async (currency) => {
    const test = await testEngine();
    const order = await test.order({ currency, price: '1.234567' });
    expect(order).toMatchObject({ totalPrice: 1_234_567n, currency, originalPrice: '1.234567' });
  });

  it.each([
    { price: '10', rate: 30_000_000n, expected: 300_000_000n },
    { price: '0.10', rate: 33n, expected: 3n },
    { price: '0.99', rate: 1n, expected: 0n },
    { price: '19.99', rate: 333_333n, expected: 6_663_326n },
    { price: '0.000001', rate: 999_999n, expected: 0n },
    { price: '9007199254.740993', rate: 1_000_003n, expected: 9_007_226_276_338_757n },
  ])('of $price USD at $rate µT is $expected µT, rounded down', async ({ price, rate, expected }) => {
    const test = await testEngine();
    await test.engine.exchangeRates.set('USD', rate, 'admin');
    const order = await test.order({ currency: 'USD', price });
    expect(order).toMatchObject({ totalPrice: expected, exchangeRate: rate, originalPrice: price, currency: 'USD' });
  });

  it('finds the rate of a currency in any case, and keeps the code as the shop wrote it', async () => {
    const test = await testEngine();
    await test.engine.exchangeRates.set('usd', 2n, 'admin');
    expect(await test.order({ currency: 'Usd', price: '3' })).toMatchObject({ totalPrice: 6n, currency: 'Usd' });
  });

  it('is converted by the rate that holds when the order comes, and stays when the rate changes', async () => {
    const test = await testEngine();
    await test.engine.exchangeRates.set('USD', 2n, 'admin');
    await test.order({ orderId: '1', currency: 'USD', price: '5' });
    await test.engine.exchangeRates.set('USD', 3n, 'admin');
    await test.order({ orderId: '2', currency: 'USD', price: '5' });
    expect((await test.orderOf('1')).totalPrice).toBe(10n);
    expect((await test.orderOf('2')).totalPrice).toBe(15n);
  });

  it('in a currency without a rate keeps the order out', async () => {
    const test = await testEngine();
    await expect(test.order({ currency: 'DOGE' })).rejects.toThrow('DOGE is not a supported currency');
    await expect(test.orderOf('1001')).rejects.toThrow();
    expect(await test.events()).toEqual([]);
  });

  it.each(['', '-1', '1,50', '1e3', 'free', '0x10', ' 1', '99999999999999999999'])(
    'that reads %j keeps the order out',
    async (price) => {
      const test = await testEngine();
      await expect(test.order({ price })).rejects.toThrow('The price of the order cannot be read');
      expect(await test.events()).toEqual([]);
    },
  );
});

describe('a claim in the note of an order', () => {
  it('claims it at once', async () => {
    const test = await testEngine();
    const order = await test.order({ orderId: '1', memo: claimText(alice, '1') });
    expect(order).toMatchObject({ status: 'New', claimedBy: alice.account });
    expect(await test.eventNames()).toEqual(['NewOrder 1', 'OrderClaimed 1']);
  });

  it('pays it at once where the claimant has the money', async () => {
    const test = await testEngine();
    await test.payConfirmed({ from: alice, amount: tari(150) });
    const order = await test.order({ orderId: '1', memo: claimText(alice, '1') });
    expect(order.status).toBe('Paid');
    expect(await test.balanceOf(alice)).toEqual({ confirmed: tari(150), paid: tari(100), credit: tari(50) });
  });

  it('is found under the key claim, and in any text of the order', async () => {
    const test = await testEngine();
    const note = JSON.stringify({ gift: true, claim: JSON.parse(claimText(alice, '1')) });
    const order = await test.order({ orderId: '1', memo: 'With love', claimTexts: ['With love', 'red', note] });
    expect(order).toMatchObject({ status: 'New', claimedBy: alice.account, memo: 'With love' });
  });

  it('that somebody else signed does not count, and a good one beside it does', async () => {
    const test = await testEngine();
    const forged = forgedClaimText(alice, bob, '1');
    expect((await test.order({ orderId: '1', memo: forged })).status).toBe('Unclaimed');
    const texts = [forgedClaimText(alice, bob, '2'), claimText(bob, '2')];
    expect((await test.order({ orderId: '2', claimTexts: texts })).claimedBy).toBe(bob.account);
  });

  it('for another order does not count', async () => {
    const test = await testEngine();
    expect((await test.order({ orderId: '1', memo: claimText(alice, '2') })).status).toBe('Unclaimed');
  });

  it('counts unsigned where signatures are not checked', async () => {
    const test = await testEngine({ settings: { disableMemoSignatureCheck: true } });
    const order = await test.order({ orderId: '1', memo: forgedClaimText(alice, bob, '1') });
    expect(order).toMatchObject({ status: 'New', claimedBy: alice.account });
  });

  it.each([
    { strictMode: true, status: 'Unclaimed' },
    { strictMode: false, status: 'New' },
  ])('by the other name of the order, strict mode $strictMode: $status', async ({ strictMode, status }) => {
    const test = await testEngine({ settings: { strictMode } });
    const order = await test.order({ orderId: '1', altId: '#7', memo: claimText(alice, '#7') });
    expect(order.status).toBe(status);
  });

  it('goes before what a payment and the customer’s credit would say', async () => {
    const test = await testEngine();
    await linkWithCredit(test, 'c1', bob, 10);
    await test.pay({ from: carol, orderId: '1' });
    expect((await test.order({ orderId: '1', memo: claimText(alice, '1') })).claimedBy).toBe(alice.account);
  });
});

describe('an order that a payment named before it came', () => {
  it('is claimed for the sender, and waits for the confirmation', async () => {
    const test = await testEngine();
    const { payment } = await test.pay({ from: alice, orderId: '1' });
    expect(await test.order({ orderId: '1' })).toMatchObject({ status: 'New', claimedBy: alice.account });
    await test.confirm(payment.txid);
    expect(await test.statusOf('1')).toBe('Paid');
  });

  it('is paid at once where the payment is confirmed already', async () => {
    const test = await testEngine();
    await test.payConfirmed({ from: alice, orderId: '1' });
    expect((await test.order({ orderId: '1' })).status).toBe('Paid');
  });

  it('is claimed for whoever signed the claim in the memo of the payment, and paid by it', async () => {
    const test = await testEngine();
    await test.payConfirmed({ from: alice, memo: claimText(bob, '1') });
    expect(await test.order({ orderId: '1' })).toMatchObject({ status: 'Paid', claimedBy: bob.account });
    expect(await test.creditOf(alice)).toBe(0n);
  });

  it('is claimed for the first of several senders', async () => {
    const test = await testEngine();
    await test.pay({ from: bob, orderId: '1', txid: 'z' });
    test.clock.advance(SECOND);
    await test.pay({ from: alice, orderId: '1', txid: 'a' });
    expect((await test.order({ orderId: '1' })).claimedBy).toBe(bob.account);
  });

  it.each([true, false])('by its name with # and without, strict mode %s', async (strictMode) => {
    const test = await testEngine({ settings: { strictMode } });
    await test.pay({ from: alice, orderId: '#7' });
    expect((await test.order({ orderId: '1', altId: '#7' })).status).toBe('New');
    await test.pay({ from: alice, orderId: '8' });
    expect((await test.order({ orderId: '2', altId: '#8' })).status).toBe('New');
    await test.pay({ from: alice, orderId: '#3' });
    expect((await test.order({ orderId: '3', altId: '#9' })).status).toBe('New');
  });
});

describe('an order of a customer who is known', () => {
  it('is claimed for the account with credit, and paid where that covers the whole price', async () => {
    const test = await testEngine();
    await linkWithCredit(test, 'c1', alice, 130);
    expect(await test.order({ orderId: '1' })).toMatchObject({ status: 'Paid', claimedBy: alice.account });
    expect(await test.order({ orderId: '2' })).toMatchObject({ status: 'Unclaimed', claimedBy: null });
    expect(await test.creditOf(alice)).toBe(tari(30));
  });

  it('is claimed for the account that pays the most of it', async () => {
    const test = await testEngine();
    await linkWithCredit(test, 'c1', alice, 70);
    test.clock.advance(SECOND);
    await linkWithCredit(test, 'c1', bob, 40);
    expect(await test.order({ orderId: '1' })).toMatchObject({ status: 'Paid', claimedBy: alice.account });
    expect([await test.creditOf(alice), await test.creditOf(bob)]).toEqual([0n, tari(10)]);
  });

  it('is not claimed for an account that has nothing left, however active', async () => {
    const test = await testEngine();
    await linkWithCredit(test, 'c1', alice, 10);
    test.clock.advance(SECOND);
    await test.order({ orderId: 'b', memo: claimText(bob, 'b') });
    await test.payConfirmed({ from: bob, amount: tari(100) });
    expect(await test.creditOf(bob)).toBe(0n);
    expect((await test.order({ orderId: '1', price: '10' })).claimedBy).toBe(alice.account);
  });

  it('stays Unclaimed where no account has credit', async () => {
    const test = await testEngine();
    await test.order({ orderId: '1', memo: claimText(alice, '1') });
    await test.pay({ from: alice });
    expect((await test.order({ orderId: '2' })).status).toBe('Unclaimed');
  });

  it('has nothing of another customer’s credit', async () => {
    const test = await testEngine();
    await linkWithCredit(test, 'c1', alice, 500);
    expect((await test.order({ orderId: '1', customerId: 'c2' })).status).toBe('Unclaimed');
  });

  it('who is a guest shares nothing with another guest', async () => {
    const test = await testEngine();
    await test.order({ orderId: '1', customerId: 'guest:1', memo: claimText(alice, '1') });
    await test.payConfirmed({ from: alice, amount: tari(500) });
    expect(await test.statusOf('1')).toBe('Paid');
    expect((await test.order({ orderId: '2', customerId: 'guest:2' })).status).toBe('Unclaimed');
  });

  it('that costs nothing is paid as soon as somebody claims it', async () => {
    const test = await testEngine();
    expect((await test.order({ orderId: '1', price: '0.00' })).status).toBe('Unclaimed');
    expect((await test.claim(alice, '1')).order.status).toBe('Paid');
    expect((await test.engine.accounts.history(alice.tariAddress)).settlements).toEqual([]);
  });
});

/** The person claims and pays an order of the customer, and keeps this much credit. */
async function linkWithCredit(test: TestEngine, customerId: string, person: typeof alice, credit: number) {
  const orderId = `link ${customerId} ${person.address}`;
  await test.order({ orderId, customerId, price: '1', memo: claimText(person, orderId) });
  await test.payConfirmed({ from: person, amount: tari(credit + 1) });
  expect(await test.statusOf(orderId)).toBe('Paid');
}
