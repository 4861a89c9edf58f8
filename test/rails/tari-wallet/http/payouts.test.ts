import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addressToBase58 } from '#tari/address.ts';
import { payoutPayload, signWalletMessage } from '#tari/wallet-signature.ts';
import { Home } from '#test/cli/tool.ts';
import { type FakeConsoleWallet, startConsoleWallet } from '#test/fake-console-wallet/console-wallet.ts';
import { amountOf, CUSTOMER_ADDRESS, dualAddressOf } from '#test/fake-console-wallet/paying-machine.ts';
import { WalletBook } from '#test/fake-console-wallet/wallet-book.ts';
import { startServer, type TestServer } from '#test/server.ts';
import { HOT_WALLET, type Person, personOf } from '#test/test-wallets.ts';
import { nextNonce } from '#test/wallet-messages.ts';

/** Payouts by the routes of wallets, and by the tool before the real server. */

let server: TestServer;
beforeEach(async () => {
  server = await startServer();
});
afterEach(() => server.close());

type Fields = Record<string, string | bigint | null>;

/** A signed request, as a wallet sends it. */
function tell(action: Parameters<typeof payoutPayload>[0], fields: Fields, signing: Partial<Signing> = {}) {
  const { wallet = HOT_WALLET, payload = payoutPayload(action, fields), nonce = nextNonce() } = signing;
  server.keepSecret(wallet.secretKey);
  const random = (length: number) => new Uint8Array(randomBytes(length));
  const signature = signWalletMessage(wallet.secretKey, wallet.tariAddress, nonce, payload, random);
  server.secrets.add(signature);
  const auth = { address: wallet.address, nonce, signature };
  return server.post(`/wallet/payouts/${action}`, { [action === 'lease' ? 'lease' : 'payout']: fields, auth });
}

interface Signing {
  wallet: Person;
  payload: string;
  nonce: bigint;
}

const lease = async (max = 10n) => (await tell('lease', { max, seconds: null })).json.payouts;

/** A paid order, of which a part goes back to an address that the shop entered. */
async function approvedRefund(amount = 30): Promise<string> {
  await server.dollarOrder();
  await server.claim(personOf(1), '1001');
  await server.payConfirmed({ sender: personOf(1).address, amount: amountOf(100) });
  const { refunds } = server.app.services.payouts;
  const refund = await refunds.request(
    { actor: 'staff:ben' },
    {
      ...{ orderId: '1001', kind: 'part' as const, amount: amountOf(amount) as never, reason: 'one was broken' },
      to: { address: CUSTOMER_ADDRESS },
    },
  );
  const approval = { hash: refund.approval_hash ?? '', evidence: { kind: 'test' } };
  const approved = await refunds.approve({ actor: 'staff:cleo' }, refund.id, approval);
  return approved.payout_id ?? '';
}

describe('the routes of payouts', () => {
  it('give, start and take the reports of a payout, each as often as it is told', async () => {
    const id = await approvedRefund();
    const [payout] = await lease();
    expect(payout).toMatchObject({ id, kind: 'refund', address: CUSTOMER_ADDRESS, amount: 30_000_000 });
    const start = { id, lease: payout.lease, address: payout.address, amount: BigInt(payout.amount) };
    for (let times = 0; times < 2; times += 1) expect((await tell('started', start)).status).toBe(200);
    expect(await lease()).toEqual([]);
    for (let times = 0; times < 2; times += 1) expect((await tell('sent', { id, txid: '77' })).status).toBe(200);
    const confirmed = { id, txid: '77', payment_reference: 'ab'.repeat(32) };
    for (let times = 0; times < 2; times += 1) expect((await tell('confirmed', confirmed)).status).toBe(200);
    expect(await server.app.services.payouts.payouts.find(id)).toMatchObject({ state: 'confirmed', txid: '77' });
  });

  it('refuse a start for another amount or address than was approved', async () => {
    const id = await approvedRefund();
    const [payout] = await lease();
    const start = { id, lease: payout.lease, address: payout.address, amount: BigInt(payout.amount) };
    for (const lie of [{ amount: start.amount + 1n }, { address: addressToBase58(dualAddressOf(personOf(2))) }]) {
      expect((await tell('started', { ...start, ...lie })).json).toMatchObject({ code: 'payout_contradicted' });
    }
    expect((await tell('started', { ...start, lease: 'another-1' })).json).toMatchObject({ code: 'payout_lease_lost' });
    expect((await tell('started', start)).status).toBe(200);
  });

  it('hear only registered wallets, with their own signature over just this, and each nonce once', async () => {
    const id = await approvedRefund();
    const stranger = await tell('lease', { max: 1n, seconds: null }, { wallet: personOf(2) });
    expect(stranger.json).toMatchObject({ code: 'wallet_not_authorized' });
    // What was signed for one route is nothing for another.
    const other = await tell('failed', { id, reason: 'x' }, { payload: payoutPayload('unknown', { id, reason: 'x' }) });
    expect(other.json).toMatchObject({ code: 'wallet_signature_invalid' });
    const nonce = nextNonce();
    expect((await tell('lease', { max: 1n, seconds: null }, { nonce })).status).toBe(200);
    const again = await tell('lease', { max: 1n, seconds: null }, { nonce });
    expect(again.json).toMatchObject({ code: 'wallet_nonce_not_increasing' });
  });

  it('keep the money out of the books while a wallet does not know', async () => {
    const id = await approvedRefund();
    const [payout] = await lease();
    await tell('started', { id, lease: payout.lease, address: payout.address, amount: BigInt(payout.amount) });
    expect((await tell('unknown', { id, reason: 'no answer came' })).status).toBe(200);
    expect(await server.app.services.payouts.payouts.find(id)).toMatchObject({
      state: 'unknown',
      problem: 'no answer came',
    });
    expect(await lease()).toEqual([]);
    expect((await tell('sent', { id, txid: '78' })).status).toBe(200);
  });

  it('let another wallet have what one gave back', async () => {
    const id = await approvedRefund();
    const [payout] = await lease();
    expect((await tell('release', { id, lease: payout.lease, reason: 'too little in it' })).status).toBe(200);
    expect(await server.app.services.payouts.payouts.find(id)).toMatchObject({ problem: 'too little in it' });
    await server.registerWallet(personOf(40));
    const given = await tell('lease', { max: 1n, seconds: null }, { wallet: personOf(40) });
    expect(given.json.payouts).toMatchObject([{ id }]);
    // The first one has it no more.
    const start = { id, lease: payout.lease, address: payout.address, amount: BigInt(payout.amount) };
    expect((await tell('started', start)).json).toMatchObject({ code: 'payout_lease_lost' });
    expect((await tell('sent', { id, txid: '5' })).json).toMatchObject({ code: 'payout_contradicted' });
  });
});

describe('the tool before this server', { timeout: 60_000 }, () => {
  let wallet: FakeConsoleWallet;
  let home: Home;
  const book = () => new WalletBook(dualAddressOf(HOT_WALLET), [amountOf(1000)]);
  const close = async () => {
    await wallet.close();
    home.remove();
  };

  it('pays a refund from the approval to its confirmation', async () => {
    const coins = book();
    wallet = await startConsoleWallet(coins);
    home = new Home();
    await home.addProfile('TPS Hot Wallet', HOT_WALLET, server.url);
    const id = await approvedRefund();
    const run = ['wallet', 'payouts', '--once', '--max', '50 XTM', '--grpc', wallet.target];
    const withPlainNetwork = { fetch: globalThis.fetch };
    expect(await home.text(run, withPlainNetwork)).toContain(`Payout ${id} of 30.000000 XTM is paid by transaction`);
    coins.mine(4);
    expect(await home.text(run, withPlainNetwork)).toContain('is confirmed');
    const [paid] = coins.paid;
    expect(await server.app.services.payouts.payouts.find(id)).toMatchObject({
      ...{ state: 'confirmed', txid: String(paid?.txid), amount: paid?.amount },
    });
    await close();
  });
});
