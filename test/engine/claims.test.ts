import { afterEach, describe, expect, it } from 'vitest';
import { addressToHex, dualAddress, parseAddressObject } from '#tari/address.ts';
import { publicKeyOf } from '#tari/schnorr.ts';
import {
  claimBy,
  closeEngines,
  DAY,
  HOUR,
  MINUTE,
  registerHotWallet,
  SECOND,
  type TestEngine,
  tari,
  testEngine,
} from '#test/engine.ts';
import { ACCOUNTS, HOT_WALLET, NOW } from '#test/test-wallets.ts';

const [alice, bob, carol] = ACCOUNTS;

afterEach(closeEngines);

describe('claiming an order', () => {
  it('makes it New, links customer and address, and says what to pay, where and until when', async () => {
    const test = await testEngine();
    await test.order({ orderId: '1' });
    test.clock.advance(HOUR);
    const { order, sendTo, expiresAt } = await test.claim(alice, '1');
    expect(order).toMatchObject({ orderId: '1', status: 'New', claimedBy: alice.account, totalPrice: tari(100) });
    expect(sendTo).toBe(HOT_WALLET.address);
    expect(expiresAt).toEqual(new Date(NOW.getTime() + HOUR + 48 * HOUR));
    expect(await test.orderOf('1')).toEqual(order);
    const { accounts } = await test.engine.accounts.customerHistory('c1');
    expect(accounts.map((account) => account.address)).toEqual([alice.address]);
    expect(await test.eventNames()).toEqual(['NewOrder 1', 'OrderClaimed 1']);
  });

  it('announces who claimed it', async () => {
    const test = await testEngine();
    await test.order({ orderId: '1' });
    await test.claim(alice, '1');
    const claimed = (await test.events()).find((event) => event.type === 'OrderClaimed');
    expect(JSON.parse(claimed?.payload ?? '')).toMatchObject({
      claimant: alice.address,
      order: { order_id: '1', status: 'New' },
    });
  });

  it('pays it from the credit of the claimant where that covers the whole price', async () => {
    const test = await testEngine();
    await test.payConfirmed({ from: alice, amount: tari(100) });
    await test.order({ orderId: '1' });
    expect((await test.claim(alice, '1')).order.status).toBe('Paid');
    expect(await test.creditOf(alice)).toBe(0n);
  });

  it('leaves it to be paid where the credit does not cover the whole price', async () => {
    const test = await testEngine();
    await test.payConfirmed({ from: alice, amount: tari(99) });
    await test.order({ orderId: '1' });
    expect((await test.claim(alice, '1')).order.status).toBe('New');
    expect(await test.creditOf(alice)).toBe(tari(99));
  });

  it('pays it from no other account of the customer', async () => {
    const test = await testEngine();
    await test.order({ orderId: '1' });
    await test.order({ orderId: '2', customerId: 'c2' });
    await test.claim(bob, '1');
    await test.payConfirmed({ from: bob, amount: tari(150) });
    await test.payConfirmed({ from: carol, amount: tari(500) });
    await test.order({ orderId: '3', createdAt: NOW });
    expect(await test.statusOf('3')).toBe('Unclaimed');
    expect((await test.claim(alice, '2')).order.status).toBe('New');
    expect(await test.creditOf(bob)).toBe(tari(50));
    expect(await test.creditOf(carol)).toBe(tari(500));
  });

  it('works with every address of the claimant’s wallet, and names one account', async () => {
    const test = await testEngine();
    const spendKey = alice.tariAddress.spendKey;
    const legacy = parseAddressObject({ network: 'mainnet', public_key: Buffer.from(spendKey).toString('hex') });
    const dual = dualAddress('mainnet', publicKeyOf(bob.secretKey), spendKey, 1);
    for (const [orderId, address] of [
      ['1', legacy] as const,
      ['2', dual] as const,
      ['3', alice.tariAddress] as const,
    ]) {
      await test.order({ orderId });
      const claim = { ...claimBy(alice, orderId, address), address: addressToHex(address) };
      expect((await test.engine.orders.claim(claim)).order).toMatchObject({ status: 'New', claimedBy: alice.account });
    }
  });

  it('repeated by the same address answers the same and changes nothing', async () => {
    const test = await testEngine();
    await test.order({ orderId: '1' });
    const first = await test.claim(alice, '1');
    const before = test.dump();
    test.clock.advance(MINUTE);
    expect(await test.claim(alice, '1')).toEqual(first);
    expect(test.dump()).toEqual(before);
  });

  it('repeated after it was paid says that it is Paid, and takes no money', async () => {
    const test = await testEngine();
    await test.order({ orderId: '1' });
    await test.claim(alice, '1');
    await test.payConfirmed({ from: alice, amount: tari(500) });
    const before = test.dump();
    expect(await test.claim(alice, '1')).toMatchObject({ order: { status: 'Paid' }, sendTo: null });
    expect(test.dump()).toEqual(before);
  });

  it('repeated after it expired says so, with the time when it did, and changes nothing', async () => {
    const test = await testEngine();
    await test.order({ orderId: '1' });
    await test.claim(alice, '1');
    test.clock.advance(3 * DAY);
    await test.engine.expiry.run();
    const expiredAt = test.clock.now();
    test.clock.advance(MINUTE);
    const before = test.dump();
    const { order, expiresAt, sendTo } = await test.claim(alice, '1');
    expect(order.status).toBe('Expired');
    expect(sendTo).toBeNull();
    expect(expiresAt).toEqual(expiredAt);
    expect(test.dump()).toEqual(before);
  });
});

describe('a claim is refused, and changes nothing,', () => {
  const refused: Record<string, { prepare(test: TestEngine): Promise<unknown>; code: string }> = {
    'of an order that is Paid': {
      prepare: (test) => test.payConfirmed({ from: bob, orderId: '1' }),
      code: 'order_not_found',
    },
    'of an order that expired before anybody claimed it': {
      prepare: async (test) => {
        test.clock.advance(3 * DAY);
        await test.engine.expiry.run();
      },
      code: 'order_not_found',
    },
    'of an order that was Cancelled': { prepare: (test) => test.cancel('1'), code: 'order_not_found' },
  };

  it.each(Object.entries(refused))('%s', async (_, { prepare, code }) => {
    const test = await testEngine();
    await test.order({ orderId: '1' });
    await prepare(test);
    await test.payConfirmed({ from: alice, amount: tari(500) });
    const before = test.dump();
    await expect(test.claim(alice, '1')).rejects.toMatchObject({ code });
    expect(test.dump()).toEqual(before);
  });

  it('of an order that does not exist', async () => {
    const test = await testEngine();
    const before = test.dump();
    await expect(test.claim(alice, '404')).rejects.toMatchObject({
      code: 'order_not_found',
      message: 'The requested order 404 does not exist',
    });
    expect(test.dump()).toEqual(before);
  });

  it('that somebody else signed', async () => {
    const test = await testEngine();
    await test.order({ orderId: '1' });
    const before = test.dump();
    await expect(test.engine.orders.claim(claimBy(bob, '1', alice.tariAddress))).rejects.toMatchObject({
      code: 'claim_signature_invalid',
      message: 'Cannot claim order because the signature is invalid.',
    });
    expect(test.dump()).toEqual(before);
  });

  it('that was signed for another order', async () => {
    const test = await testEngine();
    await test.order({ orderId: '1' });
    await test.order({ orderId: '2' });
    const claim = { ...claimBy(alice, '2'), order_id: '1' };
    await expect(test.engine.orders.claim(claim)).rejects.toMatchObject({ code: 'claim_signature_invalid' });
    expect(await test.statusOf('1')).toBe('Unclaimed');
  });

  it('while the shop has no wallet to pay to', async () => {
    const test = await testEngine({ hotWallet: false });
    await test.order({ orderId: '1' });
    const before = test.dump();
    await expect(test.claim(alice, '1')).rejects.toMatchObject({ code: 'no_payment_wallet' });
    expect(test.dump()).toEqual(before);
  });
});

describe('what claims depend on', () => {
  it('is not the signature where that is not checked', async () => {
    const test = await testEngine({ settings: { disableMemoSignatureCheck: true } });
    await test.order({ orderId: '1' });
    const { order } = await test.engine.orders.claim(claimBy(bob, '1', alice.tariAddress));
    expect(order.claimedBy).toBe(alice.account);
  });

  it('is the order id alone in strict mode, and the shop’s other name too otherwise', async () => {
    const strict = await testEngine();
    await strict.order({ orderId: '1', altId: '#7' });
    await expect(strict.claim(alice, '#7')).rejects.toMatchObject({ code: 'order_not_found' });
    const lenient = await testEngine({ settings: { strictMode: false } });
    await lenient.order({ orderId: '1', altId: '#7' });
    expect((await lenient.claim(alice, '#7')).order.orderId).toBe('1');
  });

  it('prefers the order id over another order’s other name', async () => {
    const test = await testEngine({ settings: { strictMode: false } });
    await test.order({ orderId: '5', altId: 'x' });
    await test.order({ orderId: '6', altId: '5' });
    expect((await test.claim(alice, '5')).order.orderId).toBe('5');
  });

  it('tells to pay to the configured wallet, and else to the one that was registered first', async () => {
    const configured = await testEngine({ settings: { paymentWalletAddress: carol.address } });
    await configured.order({ orderId: '1' });
    expect((await configured.claim(alice, '1')).sendTo).toBe(carol.address);
    const first = await testEngine();
    first.clock.advance(SECOND);
    await registerHotWallet(first, bob);
    await first.order({ orderId: '1' });
    expect((await first.claim(alice, '1')).sendTo).toBe(HOT_WALLET.address);
  });

  it('counts the time that is left from the claim, by the setting', async () => {
    const test = await testEngine({ settings: { unpaidOrderTimeoutMs: 90 * MINUTE } });
    await test.order({ orderId: '1' });
    test.clock.advance(HOUR);
    const { expiresAt } = await test.claim(alice, '1');
    expect(expiresAt).toEqual(new Date(NOW.getTime() + HOUR + 90 * MINUTE));
  });

  it('lets the first of two claims at the same moment have the order, and both pay it', async () => {
    const test = await testEngine();
    await test.order({ orderId: '1' });
    const answers = await Promise.all([test.claim(alice, '1'), test.claim(bob, '1')]);
    const [{ order }] = answers;
    expect(answers).toEqual([answers[0], answers[0]]);
    expect([alice.account, bob.account]).toContain(order.claimedBy);
    const second = order.claimedBy === alice.account ? bob : alice;
    await test.payConfirmed({ from: second });
    expect(await test.statusOf('1')).toBe('Paid');
  });
});
