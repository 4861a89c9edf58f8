import { afterEach, describe, expect, it } from 'vitest';
import {
  accountOf,
  addressToBase58,
  dualAddress,
  NETWORKS,
  type Network,
  parseAddress,
  singleAddress,
} from '#tari/address.ts';
import { syntheticAddressOf } from '#tari/synthetic-address.ts';
import { claimBy, claimText, closeEngines, loginBy, registerHotWallet, tari, testEngine } from '#test/engine.ts';
import { ACCOUNTS, HOT_WALLET, type Person } from '#test/test-wallets.ts';

const [alice, bob] = ACCOUNTS;
const ALL = Object.keys(NETWORKS) as Network[];
const BY_HAND = { actor: 'operator' };

afterEach(closeEngines);

/** The same key on another network. */
function on(network: Network, person: Person): Person {
  const tariAddress = singleAddress(network, person.tariAddress.spendKey);
  return { ...person, tariAddress, address: addressToBase58(tariAddress), account: accountOf(tariAddress) };
}

/** A shop whose customers pay to a wallet on the network. */
async function shopOn(network: Network) {
  const wallet = on(network, HOT_WALLET);
  const { spendKey } = wallet.tariAddress;
  const paymentWalletAddress = addressToBase58(dualAddress(network, spendKey, spendKey, 1));
  const test = await testEngine({ hotWallet: false, settings: { paymentWalletAddress } });
  await registerHotWallet(test, wallet);
  return { test, wallet, paymentWalletAddress };
}

describe.each(ALL)('a shop on %s', (network) => {
  it('is paid there, from the claim to the last µT', async () => {
    const { test, wallet, paymentWalletAddress } = await shopOn(network);
    const payer = on(network, alice);
    await test.order({ orderId: '1' });
    expect(await test.claim(payer, '1')).toMatchObject({ sendTo: paymentWalletAddress, order: { status: 'New' } });
    const { payment } = await test.pay({ from: payer, amount: tari(100) }, { wallet });
    await test.confirm(payment.txid, { wallet });
    expect(await test.statusOf('1')).toBe('Paid');
    expect((await test.engine.access.logIn(loginBy(payer, 1n, ['user']))).roles).toEqual(['user']);
  });

  it('gives credit to an address of its own network, and takes it back from there', async () => {
    const { test } = await shopOn(network);
    await test.engine.orderChanges.credit(BY_HAND, { customerId: 'c1', amount: tari(5), reason: undefined });
    await test.engine.orderChanges.credit(BY_HAND, { customerId: 'c1', amount: tari(-2), reason: undefined });
    await test.order({ orderId: '1', price: '7' });
    await test.engine.orderChanges.fulfill(BY_HAND, { orderId: '1', reason: 'a gift' });
    const { accounts } = await test.engine.accounts.customerHistory('c1');
    expect(accounts.map(({ address }) => address)).toEqual([addressToBase58(syntheticAddressOf('c1', network))]);
  });

  it('says of an address of another network that it is one, and keeps nothing of it', async () => {
    const { test } = await shopOn(network);
    await test.order({ orderId: '1' });
    const before = test.dump();
    for (const other of ALL.filter((candidate) => candidate !== network)) {
      const stranger = on(other, alice);
      const refusal = {
        code: 'wrong_network',
        message: `The address is on another network. It is an address on ${other}, and this shop is on ${network}.`,
      };
      await expect(test.claim(stranger, '1')).rejects.toMatchObject(refusal);
      await expect(test.claim(stranger, 'no such order')).rejects.toMatchObject(refusal);
      await expect(test.engine.access.logIn(loginBy(stranger, 1n, ['user']))).rejects.toMatchObject(refusal);
      await expect(registerHotWallet(test, on(other, bob))).rejects.toMatchObject(refusal);
      const granted = { address: stranger.tariAddress, apply: ['write' as const], revoke: [] };
      await expect(test.engine.access.changeRoles([granted], 'operator')).rejects.toMatchObject(refusal);
    }
    expect(test.dump()).toEqual(before);
  });
});

describe('a shop that has set its address, and registered no hot wallet yet', () => {
  it('claims an order that credit pays for the customer’s made address on its own network', async () => {
    const { spendKey } = HOT_WALLET.tariAddress;
    const paymentWalletAddress = addressToBase58(dualAddress('esmeralda', spendKey, spendKey, 1));
    const test = await testEngine({ hotWallet: false, settings: { paymentWalletAddress } });
    await test.engine.orderChanges.credit(BY_HAND, { customerId: 'c1', amount: tari(5), reason: undefined });
    await test.order({ orderId: '1', price: '5' });
    expect(await test.statusOf('1')).toBe('Paid');
    const claimed = (await test.events()).find(({ type }) => type === 'OrderClaimed');
    const { claimant } = JSON.parse(claimed?.payload ?? '{}') as { claimant?: string };
    expect(claimant).toBe(addressToBase58(syntheticAddressOf('c1', 'esmeralda')));
  });
});

describe('an address of another network', () => {
  it('that did not sign is said to have not signed, before its network matters', async () => {
    const { test } = await shopOn('esmeralda');
    await test.order({ orderId: '1' });
    const lie = claimBy(bob, '1', alice.tariAddress);
    await expect(test.engine.orders.claim(lie)).rejects.toMatchObject({ code: 'claim_signature_invalid' });
  });

  it('claims nothing by a note or a memo, and the log says why', async () => {
    const { test, wallet } = await shopOn('esmeralda');
    await test.order({ orderId: '1', memo: claimText(alice, '1'), claimTexts: [claimText(alice, '1')] });
    expect(await test.statusOf('1')).toBe('Unclaimed');
    await test.pay({ from: on('esmeralda', bob), memo: claimText(alice, '1') }, { wallet });
    expect(await test.statusOf('1')).toBe('Unclaimed');
    const sentences = test.log.lines
      .map(({ sentence }) => sentence)
      .filter((text) => text.includes('Ignoring the claim'));
    expect(sentences).toHaveLength(2);
    for (const sentence of sentences) expect(sentence).toContain('on mainnet, and this shop is on esmeralda');
  });

  it('can still be stripped of roles that it was given once', async () => {
    const { test } = await shopOn('esmeralda');
    const change = { address: alice.tariAddress, apply: [], revoke: ['write' as const] };
    await test.engine.access.changeRoles([change], 'operator');
  });
});

describe('a shop without an address of its own', () => {
  it('is on the network of the wallet that was registered first', async () => {
    const test = await testEngine({ hotWallet: false });
    await registerHotWallet(test, on('nextnet', HOT_WALLET));
    await test.order({ orderId: '1' });
    await expect(test.claim(alice, '1')).rejects.toMatchObject({ code: 'wrong_network' });
    const { sendTo } = await test.claim(on('nextnet', alice), '1');
    expect(parseAddress(sendTo ?? '').network).toBe('nextnet');
    await test.engine.orderChanges.credit(BY_HAND, { customerId: 'c2', amount: tari(1), reason: undefined });
    const { accounts } = await test.engine.accounts.customerHistory('c2');
    expect(accounts[0]?.address).toBe(addressToBase58(syntheticAddressOf('c2', 'nextnet')));
  });

  it('lets everybody in before it has a wallet, and gives credit on mainnet', async () => {
    const test = await testEngine({ hotWallet: false });
    for (const network of ALL) {
      expect((await test.engine.access.logIn(loginBy(on(network, alice), 1n, ['user']))).roles).toEqual(['user']);
    }
    await test.engine.orderChanges.credit(BY_HAND, { customerId: 'c2', amount: tari(1), reason: undefined });
    const { accounts } = await test.engine.accounts.customerHistory('c2');
    expect(accounts[0]?.address).toBe(addressToBase58(syntheticAddressOf('c2')));
  });
});

describe('an order below what a wallet can send', () => {
  it.each([
    ['0.000999', true],
    ['0.000001', true],
    ['0.001', false],
    ['0', false],
  ])('of %s XTM is said to be one when it is entered, once: %s', async (price, isSaid) => {
    const test = await testEngine();
    await test.order({ orderId: '1', price });
    await test.order({ orderId: '1', price });
    const warnings = test.log.lines.filter(({ sentence }) => sentence.includes('less than a wallet can send'));
    expect(warnings.map(({ level }) => level)).toEqual(isSaid ? ['warn'] : []);
  });
});
