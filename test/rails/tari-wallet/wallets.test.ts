import { afterEach, describe, expect, it } from 'vitest';
import { dualAddress, parseAddressObject } from '#tari/address.ts';
import { publicKeyOf } from '#tari/schnorr.ts';
import { confirmationPayload, paymentPayload } from '#tari/wallet-signature.ts';
import {
  ADMIN,
  closeEngines,
  type MessageOptions,
  registerHotWallet,
  SECOND,
  type TestEngine,
  tari,
  testEngine,
  WALLET_PLACE,
  walletMessageOf,
} from '#test/engine.ts';
import { ACCOUNTS, HOT_WALLET } from '#test/test-wallets.ts';

const [alice, bob] = ACCOUNTS;
const MAX_NONCE = 2n ** 64n - 1n;

afterEach(closeEngines);

describe('a report of a payment', () => {
  it('counts when a registered wallet sends it from its place, signed', async () => {
    const test = await testEngine({ hotWallet: false });
    await registerHotWallet(test, bob);
    expect((await test.pay({ from: alice }, { wallet: bob })).isNew).toBe(true);
  });

  const refused: Record<string, { message: MessageOptions; code: string }> = {
    'of a wallet that is not registered': { message: { wallet: bob }, code: 'wallet_not_authorized' },
    'from another place': { message: { remoteAddress: '10.1.2.4' }, code: 'wallet_not_authorized' },
    'from no place at all': { message: { remoteAddress: '' }, code: 'wallet_not_authorized' },
    'signed by another key': {
      message: { wallet: { ...HOT_WALLET, secretKey: bob.secretKey } },
      code: 'wallet_signature_invalid',
    },
    'with a signature that is none': { message: { signature: '00'.repeat(64) }, code: 'wallet_signature_invalid' },
    'with a signature that is not even hex': { message: { signature: 'nonsense' }, code: 'wallet_signature_invalid' },
    'with the nonce of the last one': { message: { nonce: 1000n }, code: 'wallet_nonce_not_increasing' },
    'with a lower nonce': { message: { nonce: 999n }, code: 'wallet_nonce_not_increasing' },
  };

  it.each(Object.entries(refused))('%s is refused, and changes nothing', async (_, { message, code }) => {
    const test = await engineThatUsedNonce(1000n);
    const before = test.dump();
    const options = { nonce: 2000n, ...message };
    await expect(test.pay({ from: alice }, options)).rejects.toMatchObject({ code });
    await expect(test.confirm('known', options)).rejects.toMatchObject({ code });
    expect(test.dump()).toEqual(before);
  });

  it('signed for other contents is refused', async () => {
    const test = await testEngine();
    const report = test.reportOf({ from: alice, amount: tari(1000), txid: 't' });
    const signed = paymentPayload({ ...report, sender: alice.address, amount: tari(1) });
    const sent = paymentPayload({ ...report, sender: alice.address });
    const message = { ...walletMessageOf(signed, { nonce: test.nextNonce() }), payload: sent };
    await expect(test.engine.payments.receive(report, message)).rejects.toMatchObject({
      code: 'wallet_signature_invalid',
    });
  });

  it('signed with another nonce than it is sent with is refused', async () => {
    const test = await testEngine();
    await test.pay({ from: alice, txid: 't' });
    const message = walletMessageOf(confirmationPayload('t'), { nonce: test.nextNonce() });
    const later = { ...message, nonce: message.nonce + 1n };
    await expect(test.engine.payments.confirm('t', later)).rejects.toMatchObject({ code: 'wallet_signature_invalid' });
  });

  it('sent twice is taken once: the second has a nonce that is used up', async () => {
    const test = await testEngine();
    const nonce = test.nextNonce();
    await test.pay({ from: alice, txid: 't' }, { nonce });
    await expect(test.pay({ from: alice, txid: 't' }, { nonce })).rejects.toMatchObject({
      code: 'wallet_nonce_not_increasing',
    });
  });

  it('may come from anywhere where the list of places is switched off, still registered and signed', async () => {
    const test = await testEngine({ settings: { disableWalletWhitelist: true } });
    expect((await test.pay({ from: alice }, { remoteAddress: '203.0.113.9' })).isNew).toBe(true);
    await expect(test.pay({ from: alice }, { wallet: bob })).rejects.toMatchObject({ code: 'wallet_not_authorized' });
    await expect(test.pay({ from: alice }, { signature: '00'.repeat(64) })).rejects.toMatchObject({
      code: 'wallet_signature_invalid',
    });
  });

  it('comes from its place in whatever way that is written', async () => {
    const test = await testEngine();
    for (const remoteAddress of [WALLET_PLACE, `::ffff:${WALLET_PLACE}`]) {
      await expect(test.pay({ from: alice }, { remoteAddress })).resolves.toMatchObject({ isNew: true });
    }
  });

  it('may carry the largest nonce there is, and then no other', async () => {
    const test = await testEngine();
    await test.pay({ from: alice }, { nonce: MAX_NONCE });
    await expect(test.pay({ from: alice })).rejects.toMatchObject({ code: 'wallet_nonce_not_increasing' });
    expect((await test.engine.wallets.all())[0]?.lastNonce).toBe(MAX_NONCE);
  });

  it('may be signed with every address of the wallet, which share one nonce', async () => {
    const test = await testEngine();
    const { spendKey } = HOT_WALLET.tariAddress;
    const legacy = parseAddressObject({ network: 'mainnet', public_key: Buffer.from(spendKey).toString('hex') });
    const dual = dualAddress('mainnet', publicKeyOf(alice.secretKey), spendKey, 3);
    const nonce = test.nextNonce();
    await test.pay({ from: alice }, { address: legacy, nonce });
    await expect(test.pay({ from: alice }, { address: dual, nonce })).rejects.toMatchObject({
      code: 'wallet_nonce_not_increasing',
    });
    await expect(test.pay({ from: alice }, { address: dual })).resolves.toMatchObject({ isNew: true });
  });

  it('uses up no nonce of another wallet, nor of the wallet’s owner as a user', async () => {
    const test = await testEngine();
    await registerHotWallet(test, bob);
    await test.pay({ from: alice }, { nonce: 5_000_000n });
    await expect(test.pay({ from: alice }, { wallet: bob, nonce: 1n })).resolves.toMatchObject({ isNew: true });
    const login = { address: HOT_WALLET.tariAddress, nonce: 1n, desiredRoles: ['user'] };
    await expect(test.engine.access.logIn(login)).resolves.toMatchObject({ roles: ['user'] });
  });

  it('of a wallet that was removed is refused', async () => {
    const test = await testEngine();
    await test.pay({ from: alice });
    await test.engine.wallets.remove(HOT_WALLET.tariAddress, ADMIN);
    await expect(test.pay({ from: alice })).rejects.toMatchObject({ code: 'wallet_not_authorized' });
  });

  it('of a wallet that is removed while it is looked at is refused', async () => {
    const test = await testEngine();
    const [paid] = await Promise.allSettled([
      test.pay({ from: alice, txid: 't' }),
      test.engine.wallets.remove(HOT_WALLET.tariAddress, ADMIN),
    ]);
    expect(paid).toMatchObject({ status: 'rejected', reason: { code: 'wallet_not_authorized' } });
    expect((await test.engine.lists.payments(alice.tariAddress, {})).rows).toEqual([]);
  });
});

describe('the hot wallets', () => {
  it('are listed as they were registered, first ones first', async () => {
    const test = await testEngine({ hotWallet: false });
    await register(test, bob, '10.0.0.2', 7n);
    test.clock.advance(SECOND);
    await register(test, alice, '2001:db8::1');
    expect(await test.engine.wallets.all()).toEqual([
      { account: bob.account, address: bob.address, ipAddress: '10.0.0.2', lastNonce: 7n },
      { account: alice.account, address: alice.address, ipAddress: '2001:db8::1', lastNonce: 0n },
    ]);
  });

  it('begin above the nonce that they were registered with', async () => {
    const test = await testEngine({ hotWallet: false });
    await register(test, bob, WALLET_PLACE, 70n);
    await expect(test.pay({ from: alice }, { wallet: bob, nonce: 70n })).rejects.toMatchObject({
      code: 'wallet_nonce_not_increasing',
    });
    await expect(test.pay({ from: alice }, { wallet: bob, nonce: 71n })).resolves.toMatchObject({ isNew: true });
  });

  it('can be given a new place, and keep their nonces', async () => {
    const test = await engineThatUsedNonce(1000n);
    await register(test, HOT_WALLET, '10.9.9.9', 3n);
    expect(await test.engine.wallets.all()).toMatchObject([{ ipAddress: '10.9.9.9', lastNonce: 1000n }]);
    await expect(test.pay({ from: alice }, { nonce: 2000n })).rejects.toMatchObject({ code: 'wallet_not_authorized' });
    const moved = { remoteAddress: '10.9.9.9' };
    await expect(test.pay({ from: alice }, { ...moved, nonce: 1000n })).rejects.toMatchObject({
      code: 'wallet_nonce_not_increasing',
    });
    await expect(test.pay({ from: alice }, { ...moved, nonce: 1001n })).resolves.toMatchObject({ isNew: true });
  });

  it('that are removed and registered again keep their nonces, so that old messages stay used up', async () => {
    const test = await engineThatUsedNonce(1000n);
    await test.engine.wallets.remove(HOT_WALLET.tariAddress, ADMIN);
    expect(await test.engine.wallets.all()).toEqual([]);
    await registerHotWallet(test);
    await expect(test.pay({ from: alice }, { nonce: 1000n })).rejects.toMatchObject({
      code: 'wallet_nonce_not_increasing',
    });
    await expect(test.pay({ from: alice }, { nonce: 1001n })).resolves.toMatchObject({ isNew: true });
  });

  it('cannot be removed where there is none', async () => {
    const test = await testEngine();
    await expect(test.engine.wallets.remove(bob.tariAddress, ADMIN)).rejects.toMatchObject({
      code: 'wallet_not_found',
    });
  });

  it('leave a line in the audit log with each change, with how it was before and after', async () => {
    const test = await testEngine({ hotWallet: false });
    await register(test, bob, '10.0.0.2', 7n);
    await register(test, bob, '10.0.0.3');
    await test.engine.wallets.remove(bob.tariAddress, 'somebody else');
    const lines = test.rows('select actor, action, subject, before, after from audit_log order by id');
    const shown = (ip_address: string) => ({ address: bob.address, ip_address, last_nonce: 7 });
    const readable = lines.map((line) => ({
      ...line,
      before: JSON.parse(String(line.before)),
      after: JSON.parse(String(line.after)),
    }));
    expect(readable).toEqual([
      {
        actor: ADMIN,
        action: 'register wallet',
        subject: bob.address,
        before: null,
        after: shown('10.0.0.2'),
      },
      {
        actor: ADMIN,
        action: 'register wallet',
        subject: bob.address,
        before: shown('10.0.0.2'),
        after: shown('10.0.0.3'),
      },
      {
        actor: 'somebody else',
        action: 'remove wallet',
        subject: bob.address,
        before: shown('10.0.0.3'),
        after: null,
      },
    ]);
  });
});

function register(test: TestEngine, wallet: typeof bob, ipAddress: string, initialNonce?: bigint): Promise<void> {
  return test.engine.wallets.register({ address: wallet.tariAddress, ipAddress, initialNonce }, ADMIN);
}

/** Its hot wallet has reported the payment `known` with this nonce. */
async function engineThatUsedNonce(nonce: bigint): Promise<TestEngine> {
  const test = await testEngine();
  await test.pay({ from: bob, txid: 'known' }, { nonce });
  return test;
}
