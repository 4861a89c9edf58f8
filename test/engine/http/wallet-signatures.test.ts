import { hexToBytes } from '@noble/hashes/utils.js';
import { afterEach, describe, expect, it } from 'vitest';
import { addressToBase58, dualAddress, singleAddress } from '#tari/address.ts';
import { signMessage } from '#tari/message-signature.ts';
import { ADMIN, borrowServer, errorOf, startServer, type TestServer } from '#test/server.ts';
import { seededRandom } from '#test/tari/arbitraries.ts';
import { walletVectors } from '#test/tari/wallet-vectors.ts';
import { ACCOUNTS, HOT_WALLET } from '#test/test-wallets.ts';

const [ALICE, BOB] = ACCOUNTS;
const random = seededRandom('wallet signatures');

let server: TestServer;

afterEach(() => server.close());

/** What a wallet answers when somebody has it sign a text; it must never be read in the log. */
function walletSigns(text: string, { secretKey }: { secretKey: Uint8Array } = ALICE): string {
  const signature = signMessage(new TextEncoder().encode(text), secretKey, random);
  server.secrets.add(signature);
  return signature;
}

describe('a claim that a wallet signed as a message', () => {
  it('claims the order, and answers the same when it comes again in either form', async () => {
    server = await borrowServer();
    await server.order();
    const signature = walletSigns(`${ALICE.address}:1001`);
    const [s = '', r = ''] = signature.split('|');
    server.secrets.add(r + s);
    const claim = { address: ALICE.address, order_id: '1001', signature };
    const first = await server.post('/order/claim', claim);
    expect([first.status, first.json]).toEqual([200, expect.objectContaining({ status: 'New' })]);
    for (const text of [signature.toUpperCase(), r + s, server.claimOf(ALICE, '1001').signature]) {
      expect((await server.post('/order/claim', { ...claim, signature: text })).text).toBe(first.text);
    }
    expect(server.rows('select claimed_by from orders')).toEqual([{ claimed_by: ALICE.account }]);
  });

  it('is taken of each wallet of the vectors, for the order that it names', async () => {
    server = await borrowServer();
    for (const { address, message, signature, public_nonce: nonce } of walletVectors.messages) {
      const orderId = message.startsWith(`${address}:`) ? message.slice(address.length + 1) : undefined;
      if (orderId === undefined) continue;
      await server.order({ id: orderId });
      const claim = { address, order_id: orderId, signature: `${signature}|${nonce}` };
      server.secrets.add(claim.signature);
      expect((await server.post('/order/claim', claim)).json).toMatchObject({ order_id: orderId, status: 'New' });
    }
  });

  it('is taken in the note of an order', async () => {
    server = await borrowServer();
    const claim = { address: ALICE.address, order_id: '1001', signature: walletSigns(`${ALICE.address}:1001`) };
    await server.order({ note: JSON.stringify({ claim }) });
    expect(server.rows('select status, claimed_by from orders')).toEqual([
      { status: 'New', claimed_by: ALICE.account },
    ]);
  });

  it('is refused when it is for another order, by another wallet, or turned round', async () => {
    server = await borrowServer();
    await server.order();
    const claim = { address: ALICE.address, order_id: '1001' };
    const [s, r] = walletSigns(`${ALICE.address}:1001`).split('|');
    for (const signature of [
      walletSigns(`${ALICE.address}:1002`),
      walletSigns(`${BOB.address}:1001`),
      walletSigns(`${ALICE.address}:1001`, BOB),
      walletSigns(`${ALICE.address}:1001 `),
      `${r}|${s}`,
      `${'0'.repeat(64)}|${r}`,
    ]) {
      const answer = await server.post('/order/claim', { ...claim, signature });
      expect(errorOf(answer)).toMatchObject({ status: 401, code: 'claim_signature_invalid' });
    }
    for (const signature of [`${s}|${r}0`, `${s}||${r}`, `${s}| ${r}`, `|${s}${r}`]) {
      const answer = await server.post('/order/claim', { ...claim, signature });
      expect(errorOf(answer)).toMatchObject({
        status: 400,
        code: 'invalid_claim',
        error: expect.stringContaining('Invalid signature'),
      });
    }
    expect(server.rows('select status from orders')).toEqual([{ status: 'Unclaimed' }]);
  });
});

describe('a login that a wallet signed as a message', () => {
  const partsOf = (token: string) => token.split('.').slice(0, 2).join('.');

  it('lets in once, in each encoding of the signature', async () => {
    server = await borrowServer();
    const encodings: ((signature: string) => string)[] = [
      (signature) => signature,
      (signature) => Buffer.from(signature).toString('base64url'),
      (signature) => {
        const [s = '', r = ''] = signature.split('|');
        return Buffer.from(hexToBytes(r + s)).toString('base64url');
      },
    ];
    for (const encode of encodings) {
      const message = partsOf(server.loginToken(ALICE, ['user']));
      const token = server.keepToken(`${message}.${encode(walletSigns(message))}`);
      const answer = await server.postAuth(token);
      expect(answer.status).toBe(200);
      server.keepToken(answer.text);
      expect(errorOf(await server.postAuth(token))).toMatchObject({ code: 'login_nonce_not_increasing' });
    }
  });

  it('is refused when another wallet signed it, or when it was changed since', async () => {
    server = await borrowServer();
    const message = partsOf(server.loginToken(ALICE, ['user']));
    const other = partsOf(server.loginToken(ALICE, ['user']));
    for (const signature of [walletSigns(message, BOB), walletSigns(other)]) {
      const answer = await server.postAuth(server.keepToken(`${message}.${signature}`));
      expect(errorOf(answer)).toMatchObject({ status: 401, code: 'login_signature_invalid' });
    }
  });
});

describe('an address of another network', () => {
  const hotWallet = dualAddress('esmeralda', HOT_WALLET.tariAddress.spendKey, HOT_WALLET.tariAddress.spendKey, 1);
  const settings = { TPG_PAYMENT_WALLET_ADDRESS: addressToBase58(hotWallet) };
  const problem = {
    status: 400,
    code: 'wrong_network',
    error: 'The address is on another network. It is an address on mainnet, and this shop is on esmeralda.',
  };

  it('is said to be one: when it claims, logs in, is given roles, or is to report payments', async () => {
    server = await startServer({ settings, hotWallet: false });
    await server.order();
    expect(errorOf(await server.claim(ALICE, '1001'))).toEqual(problem);
    expect(errorOf(await server.postAuth(server.loginToken(ALICE, ['user'])))).toEqual(problem);
    const wallet = { address: ALICE.address, ip_address: '127.0.0.1' };
    expect(server.rows('select status from orders')).toEqual([{ status: 'Unclaimed' }]);

    const there = singleAddress('esmeralda', ADMIN.tariAddress.spendKey);
    const admin = { ...ADMIN, tariAddress: there, address: addressToBase58(there) };
    const headers = { tpg_access_token: await server.logIn(admin, 'super_admin') };
    expect(errorOf(await server.post('/api/wallets', wallet, { headers }))).toEqual(problem);
    const roles = [{ address: ALICE.address, apply: ['write'] }];
    expect(errorOf(await server.post('/api/roles', roles, { headers }))).toEqual(problem);
  });
});

describe('a wallet that was registered before the shop’s address was set', () => {
  it('is warned of at the start, where it is on another network', async () => {
    const address = dualAddress('nextnet', HOT_WALLET.tariAddress.spendKey, HOT_WALLET.tariAddress.spendKey, 1);
    server = await startServer({
      settings: { TPG_PAYMENT_WALLET_ADDRESS: addressToBase58(address) },
      hotWallet: false,
    });
    await server.app.store.run((tx) =>
      tx.wallets.insert(
        { account: HOT_WALLET.account, address: HOT_WALLET.address, ipAddress: '127.0.0.1' },
        new Date(),
      ),
    );
    await server.app.start();
    expect(
      server.logLines.filter((line) => line.includes('is on mainnet, but TPG_PAYMENT_WALLET_ADDRESS')),
    ).toHaveLength(1);
  });
});
