import { afterEach, describe, expect, it } from 'vitest';
import { parseJson } from '#platform/json.ts';
import { addressToBase58, dualAddress, parseAddressObject, singleAddress, withPaymentId } from '#tari/address.ts';
import { microTari } from '#tari/micro-tari.ts';
import { publicKeyOf } from '#tari/schnorr.ts';
import {
  claimText,
  closeEngines,
  DAY,
  forgedClaimText,
  MINUTE,
  registerHotWallet,
  SECOND,
  type TestEngine,
  tari,
  testEngine,
} from '#test/engine.ts';
import { ACCOUNTS, NOW } from '#test/test-wallets.ts';

const [alice, bob, carol] = ACCOUNTS;

afterEach(closeEngines);

describe('a payment that was seen on the chain', () => {
  it('is kept and announced, and credits nobody', async () => {
    const test = await testEngine();
    const receipt = await test.pay({ from: alice, amount: tari(5), txid: '18446744073709551615', memo: 'Hello' });
    expect(receipt.isNew).toBe(true);
    expect(receipt.payment).toEqual({
      txid: '18446744073709551615',
      account: alice.account,
      sender: alice.address,
      amount: tari(5),
      memo: 'Hello',
      paymentType: 'on_chain',
      status: 'received',
      orderId: null,
      claimant: null,
      claimIsSigned: false,
      owner: null,
      unspent: 0n,
      isLate: false,
      hasLeftChain: false,
      paymentReference: null,
      blockHeight: null,
      createdAt: NOW,
      updatedAt: NOW,
    });
    expect(await test.balanceOf(alice)).toEqual({ confirmed: 0n, paid: 0n, credit: 0n });
    expect(await test.eventNames()).toEqual(['PaymentReceived 18446744073709551615']);
    const [event] = await test.events();
    expect(JSON.parse(event?.payload ?? '')).toEqual({
      payment: {
        txid: '18446744073709551615',
        created_at: NOW.toISOString(),
        updated_at: NOW.toISOString(),
        sender: alice.address,
        amount: 5_000_000,
        memo: 'Hello',
        payment_type: 'on_chain',
        status: 'received',
        order_id: null,
        payment_reference: null,
        block_height: null,
      },
    });
  });

  it('claims the Unclaimed order that it names for its sender, without paying it', async () => {
    const test = await testEngine();
    await test.order({ orderId: '1' });
    await test.pay({ from: alice, orderId: '1' });
    expect(await test.orderOf('1')).toMatchObject({ status: 'New', claimedBy: alice.account });
    expect(await test.eventNames()).toEqual(['NewOrder 1', 'PaymentReceived tx1', 'OrderClaimed 1']);
  });

  it('pays the order that it names from no credit that the sender has already: the sender is only stated', async () => {
    const test = await testEngine();
    await test.payConfirmed({ from: alice, amount: tari(100) });
    await test.order({ orderId: '1' });
    await test.payConfirmed({ from: alice, amount: tari(1), orderId: '1' });
    expect(await test.statusOf('1')).toBe('New');
    expect(await test.creditOf(alice)).toBe(tari(101));
  });

  it.each([true, false])('names an order by its name, strict mode %s', async (strictMode) => {
    const test = await testEngine({ settings: { strictMode } });
    await test.order({ orderId: '1', altId: '#7' });
    await test.pay({ from: alice, orderId: '#7' });
    expect(await test.statusOf('1')).toBe('New');
  });

  it.each(['Paid', 'Expired', 'Cancelled'])('leaves an order that is %s to itself', async (status) => {
    const test = await testEngine();
    await test.order({ orderId: '1' });
    if (status === 'Paid') await test.payConfirmed({ from: bob, orderId: '1' });
    if (status === 'Cancelled') await test.cancel('1');
    if (status === 'Expired') {
      test.clock.advance(DAY);
      await test.engine.expiry.run();
    }
    const before = await test.orderOf('1');
    expect(before.status).toBe(status);
    await test.payConfirmed({ from: alice, orderId: '1' });
    expect(await test.orderOf('1')).toEqual(before);
    expect(await test.creditOf(alice)).toBe(tari(100));
  });

  it('that is reported once more is known, and changes nothing but the wallet’s nonce', async () => {
    const test = await testEngine();
    await test.order({ orderId: '1' });
    await test.pay({ from: alice, txid: 't', orderId: '1' });
    const before = test.dump('nonces');
    test.clock.advance(MINUTE);
    const again = await test.pay({ from: alice, txid: 't', orderId: '1' });
    expect(again.isNew).toBe(false);
    expect(again.payment).toMatchObject({ status: 'received', createdAt: NOW });
    expect(test.dump('nonces')).toEqual(before);
  });

  it('that is reported once more does not name an order that it did not name at first', async () => {
    const test = await testEngine();
    await test.order({ orderId: '1' });
    await test.pay({ from: alice, txid: 't' });
    await test.pay({ from: alice, txid: 't', orderId: '1' });
    expect(await test.statusOf('1')).toBe('Unclaimed');
  });

  it('that is reported with another amount or sender is refused, and changes nothing, not even the nonce', async () => {
    const test = await testEngine();
    await test.pay({ from: alice, txid: 't', amount: tari(5) });
    const before = test.dump();
    const contradicted = { code: 'payment_contradicted' };
    await expect(test.pay({ from: alice, txid: 't', amount: tari(6) })).rejects.toMatchObject(contradicted);
    await expect(test.pay({ from: bob, txid: 't', amount: tari(5) })).rejects.toMatchObject(contradicted);
    expect(test.dump()).toEqual(before);
  });
});

describe('a claim in the memo of a payment', () => {
  it('claims the order for its signer, and credits the sender', async () => {
    const test = await testEngine();
    await test.order({ orderId: '1' });
    const { payment } = await test.pay({ from: alice, memo: claimText(alice, '1') });
    expect(payment).toMatchObject({ orderId: '1', claimant: alice.account });
    expect(await test.statusOf('1')).toBe('New');
    await test.confirm(payment.txid);
    expect(await test.statusOf('1')).toBe('Paid');
  });

  it('of somebody else’s wallet claims the order for that wallet, and the payment pays it', async () => {
    const test = await testEngine();
    await test.order({ orderId: '1' });
    await test.payConfirmed({ from: alice, amount: tari(60), memo: claimText(bob, '1') });
    expect(await test.orderOf('1')).toMatchObject({ status: 'New', claimedBy: bob.account });
    await test.payConfirmed({ from: bob, amount: tari(40) });
    expect(await test.statusOf('1')).toBe('Paid');
    expect([await test.creditOf(alice), await test.creditOf(bob)]).toEqual([0n, 0n]);
  });

  it('goes before the order that the payment names beside it', async () => {
    const test = await testEngine();
    await test.order({ orderId: '1' });
    await test.order({ orderId: '2' });
    await test.pay({ from: alice, memo: claimText(alice, '1'), orderId: '2' });
    expect(await test.statusOf('1')).toBe('New');
    expect(await test.statusOf('2')).toBe('Unclaimed');
  });

  it('in another’s name, unsigned by them, is passed over', async () => {
    const test = await testEngine();
    await test.order({ orderId: '1' });
    await test.order({ orderId: '2' });
    await test.pay({ from: alice, memo: forgedClaimText(bob, alice, '1') });
    expect(await test.statusOf('1')).toBe('Unclaimed');
    await test.pay({ from: alice, memo: forgedClaimText(bob, alice, '1'), orderId: '2' });
    expect(await test.orderOf('2')).toMatchObject({ status: 'New', claimedBy: alice.account });
  });

  it('counts unsigned where signatures are not checked', async () => {
    const test = await testEngine({ settings: { disableMemoSignatureCheck: true } });
    await test.order({ orderId: '1' });
    await test.pay({ from: alice, memo: forgedClaimText(bob, alice, '1') });
    expect(await test.orderOf('1')).toMatchObject({ status: 'New', claimedBy: bob.account });
  });
});

describe('a confirmation', () => {
  it('credits the sender, is announced, and says what it paid', async () => {
    const test = await testEngine();
    await test.order({ orderId: '1', price: '60' });
    await test.claim(alice, '1');
    test.clock.advance(MINUTE);
    const receipt = await test.payConfirmed({ from: alice, amount: tari(100), txid: 't' });
    expect(receipt.outcome).toBe('confirmed');
    expect(receipt.ordersPaid.map(({ orderId }) => orderId)).toEqual(['1']);
    expect(receipt.settlements).toEqual([
      {
        id: 1n,
        orderId: '1',
        account: alice.account,
        address: alice.address,
        settlementType: 'single',
        amount: tari(60),
        createdAt: test.clock.now(),
      },
    ]);
    expect(await test.balanceOf(alice)).toEqual({ confirmed: tari(100), paid: tari(60), credit: tari(40) });
    expect((await test.eventNames()).slice(2)).toEqual(['PaymentReceived t', 'PaymentConfirmed t', 'OrderPaid 1']);
  });

  it('pays oldest first by the shop’s clock, stops at the first it cannot cover, and leaves the rest as credit', async () => {
    const test = await testEngine();
    const orders = [
      { orderId: 'young', price: '5', minutes: 3 },
      { orderId: 'oldest', price: '30', minutes: 0 },
      { orderId: 'too dear', price: '80', minutes: 2 },
      { orderId: 'old', price: '40', minutes: 1 },
    ];
    await claimAll(test, orders);
    const { ordersPaid } = await test.payConfirmed({ from: alice, amount: tari(100) });
    expect(ordersPaid.map((order) => order.orderId)).toEqual(['oldest', 'old']);
    expect(await test.statusOf('too dear')).toBe('New');
    expect(await test.statusOf('young')).toBe('New');
    expect(await test.creditOf(alice)).toBe(tari(30));
  });

  it('pays orders of one age in the order in which they came', async () => {
    const test = await testEngine();
    await claimAll(
      test,
      ['9', '10', '8'].map((orderId) => ({ orderId, price: '50', minutes: 0 })),
    );
    const { ordersPaid } = await test.payConfirmed({ from: alice, amount: tari(100) });
    expect(ordersPaid.map((order) => order.orderId)).toEqual(['9', '10']);
  });

  it('pays more orders than are looked at in one go', async () => {
    const test = await testEngine();
    const orders = Array.from({ length: 230 }, (_, index) => ({ orderId: `${index}`, price: '1', minutes: index }));
    await claimAll(test, orders);
    const { ordersPaid } = await test.payConfirmed({ from: alice, amount: tari(215) });
    expect(ordersPaid.map((order) => order.orderId)).toEqual(orders.slice(0, 215).map((order) => order.orderId));
    expect(await test.creditOf(alice)).toBe(0n);
  });

  it('pays Unclaimed orders of the sender’s customers too, claiming them for the sender', async () => {
    const test = await testEngine();
    await test.order({ orderId: '1', price: '10' });
    await test.order({ orderId: '2', price: '10' });
    await test.claim(alice, '1');
    await test.payConfirmed({ from: alice, amount: tari(20) });
    expect(await test.orderOf('2')).toMatchObject({ status: 'Paid', claimedBy: alice.account });
    expect((await test.eventNames()).slice(-3)).toEqual(['OrderPaid 1', 'OrderClaimed 2', 'OrderPaid 2']);
  });

  it('pays the orders of every customer that the sender claimed for', async () => {
    const test = await testEngine();
    await test.order({ orderId: '1', customerId: 'c1' });
    await test.order({ orderId: '2', customerId: 'c2' });
    await test.claim(alice, '1');
    await test.claim(alice, '2');
    await test.payConfirmed({ from: alice, amount: tari(200) });
    expect([await test.statusOf('1'), await test.statusOf('2')]).toEqual(['Paid', 'Paid']);
  });

  it('pays from the sender’s account alone, though other accounts of the customer could help', async () => {
    const test = await testEngine();
    await test.order({ orderId: '1', price: '10' });
    await test.claim(bob, '1');
    await test.payConfirmed({ from: bob, amount: tari(70) });
    await test.order({ orderId: '2', price: '100', memo: claimText(alice, '2') });
    await test.payConfirmed({ from: alice, amount: tari(60) });
    expect(await test.statusOf('2')).toBe('New');
    expect([await test.creditOf(alice), await test.creditOf(bob)]).toEqual([tari(60), tari(60)]);
  });

  it('pays nobody’s order where the sender is linked with no customer', async () => {
    const test = await testEngine();
    await test.order({ orderId: '1' });
    const receipt = await test.payConfirmed({ from: alice });
    expect(receipt).toMatchObject({ outcome: 'confirmed', ordersPaid: [], settlements: [] });
    expect(await test.creditOf(alice)).toBe(tari(100));
  });

  it('that comes twice credits once', async () => {
    const test = await testEngine();
    await test.payConfirmed({ from: alice, txid: 't' });
    const before = test.dump('nonces');
    expect(await test.confirm('t')).toEqual({ outcome: 'already_confirmed', ordersPaid: [], settlements: [] });
    expect(test.dump('nonces')).toEqual(before);
  });

  it('that comes before its payment counts as soon as the payment comes', async () => {
    const test = await testEngine();
    await test.order({ orderId: '1' });
    expect((await test.confirm('t')).outcome).toBe('early');
    expect((await test.confirm('t')).outcome).toBe('early');
    expect(await test.eventNames()).toEqual(['NewOrder 1']);
    const receipt = await test.pay({ from: alice, txid: 't', orderId: '1' });
    expect(receipt).toMatchObject({ isNew: true, payment: { status: 'confirmed' } });
    expect(await test.statusOf('1')).toBe('Paid');
    expect((await test.eventNames()).slice(1)).toEqual([
      'PaymentReceived t',
      'OrderClaimed 1',
      'PaymentConfirmed t',
      'OrderPaid 1',
    ]);
    expect((await test.confirm('t')).outcome).toBe('already_confirmed');
    expect(await test.balanceOf(alice)).toEqual({ confirmed: tari(100), paid: tari(100), credit: 0n });
  });

  it('of another payment does not count', async () => {
    const test = await testEngine();
    await test.confirm('other');
    await test.pay({ from: alice, txid: 't' });
    expect(await test.creditOf(alice)).toBe(0n);
  });

  it('of an amount past 2^53 loses nothing', async () => {
    const test = await testEngine();
    await test.payConfirmed({ from: alice, amount: microTari(20_999_999_999_999_999n) });
    expect(await test.creditOf(alice)).toBe(20_999_999_999_999_999n);
    const event = (await test.events()).find(({ type }) => type === 'PaymentConfirmed');
    expect(parseJson(event?.payload ?? '')).toMatchObject({ payment: { amount: 20_999_999_999_999_999n } });
  });

  it('that comes from two wallets at one moment credits once', async () => {
    const test = await testEngine();
    await test.pay({ from: alice, txid: 't' });
    await registerHotWallet(test, carol);
    const outcomes = await Promise.all([test.confirm('t'), test.confirm('t', { wallet: carol })]);
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['already_confirmed', 'confirmed']);
    expect(await test.creditOf(alice)).toBe(tari(100));
  });
});

describe('the addresses of one wallet', () => {
  const spendKey = alice.tariAddress.spendKey;
  const dual = dualAddress('mainnet', publicKeyOf(bob.secretKey), spendKey, 1);
  const forms = {
    single: alice.tariAddress,
    'single, one-sided only': singleAddress('mainnet', spendKey, 1),
    legacy: parseAddressObject({ network: 'mainnet', public_key: Buffer.from(spendKey).toString('hex') }),
    dual,
    'dual, interactive': dualAddress('mainnet', publicKeyOf(bob.secretKey), spendKey, 3),
    'dual with a payment id': withPaymentId(dual, new TextEncoder().encode('1')),
  };

  it('are one account, whichever a payment comes from', async () => {
    const test = await testEngine();
    for (const from of Object.values(forms)) await test.payConfirmed({ from, amount: tari(1) });
    for (const address of Object.values(forms)) {
      expect((await test.engine.accounts.balance(address))?.totalConfirmed).toBe(tari(6));
    }
  });

  it.each(Object.entries(forms))('pay what another of them claimed: %s', async (_, from) => {
    const test = await testEngine();
    await test.order({ orderId: '1' });
    await test.claim(alice, '1');
    await test.payConfirmed({ from });
    expect(await test.statusOf('1')).toBe('Paid');
  });

  it('show the account by the one that was first seen, without a payment id', async () => {
    const test = await testEngine();
    await test.pay({ from: forms['dual with a payment id'] });
    await test.pay({ from: alice });
    const senders = (await test.engine.lists.payments(alice.tariAddress, {})).rows.map((payment) => payment.sender);
    expect(senders).toEqual([addressToBase58(forms['dual with a payment id']), alice.address]);
    const account = await test.engine.accounts.balance(alice.tariAddress);
    expect(account?.address).toBe(addressToBase58(dual));
  });

  it('of another network are another account', async () => {
    const test = await testEngine();
    await test.payConfirmed({ from: singleAddress('esmeralda', spendKey) });
    expect(await test.creditOf(alice)).toBe(0n);
  });
});

/** Orders of one customer, all claimed by alice; each as many minutes younger than the first as it says. */
async function claimAll(test: TestEngine, orders: readonly { orderId: string; price: string; minutes: number }[]) {
  for (const { orderId, price, minutes } of orders) {
    const createdAt = new Date(NOW.getTime() + minutes * MINUTE);
    test.clock.advance(SECOND);
    await test.order({ orderId, price, createdAt, memo: claimText(alice, orderId) });
  }
}
