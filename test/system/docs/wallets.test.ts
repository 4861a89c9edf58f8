import { hex } from '@scure/base';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createErrorHandler } from '#platform/http/errors.ts';
import type { App } from '#server.ts';
import {
  addressToBase58,
  addressToEmoji,
  addressToHex,
  dualAddress,
  parseAddress,
  parseAddressObject,
  singleAddress,
  withPaymentId,
} from '#tari/address.ts';
import { lengthPrefixed, utf8 } from '#tari/bytes.ts';
import { claimInMemo, parseClaim, verifyClaim } from '#tari/claim.ts';
import { blake2b512, reduceToScalar } from '#tari/ristretto.ts';
import { decodeToken, verifyAccessToken, verifyLoginToken } from '#tari/ristretto-jwt.ts';
import { publicKeyOf, verifySchnorr } from '#tari/schnorr.ts';
import { paymentLink } from '#tari/wallet-link.ts';
import { confirmationPayload, paymentPayload, verifyWalletSignature, walletMessage } from '#tari/wallet-signature.ts';
import { curlExample, example, jsonExample, tableRows } from '#test/docs/documents.ts';
import { serverOfDocuments, VERIFICATION_KEY } from '#test/docs/server.ts';

const PAGE = 'docs/wallets.md';
const NOW = new Date('2026-11-21T13:00:00.000Z');

const { customer, hot_wallet: hotWallet } = jsonExample(PAGE, 'keys');
const HOT_WALLET = parseAddress(hotWallet.address);

describe('the keys and addresses', () => {
  it('belong together', () => {
    for (const { secret_key: secretKey, public_key: publicKey } of [customer, hotWallet]) {
      expect(hex.encode(publicKeyOf(hex.decode(secretKey)))).toBe(publicKey);
    }
    expect(addressToBase58(singleAddress('mainnet', hex.decode(customer.public_key)))).toBe(customer.address);
    const dual = dualAddress('mainnet', hex.decode(hotWallet.view_key), hex.decode(hotWallet.public_key), 1);
    expect(addressToBase58(dual)).toBe(hotWallet.address);
  });

  it('are read in every form that is shown', () => {
    const forms = jsonExample(PAGE, 'address-forms');
    expect(Object.values(forms).map((form) => addressToBase58(parseAddressObject(form)))).toEqual(
      Object.values(forms).map(() => customer.address),
    );
    const address = parseAddress(customer.address);
    expect([addressToHex(address), addressToEmoji(address)]).toEqual([forms.hex, forms.emoji]);
  });
});

describe('the claim', () => {
  const { body } = curlExample(PAGE, 'claim-request');
  const claim = parseClaim(JSON.parse(body));

  it('is signed over the message that is shown', () => {
    expect(example(PAGE, 'claim-message')).toBe(`${claim.address}:${claim.order_id}`);
    expect(verifyClaim(claim).valid).toBe(true);
    const message = utf8(example(PAGE, 'claim-message'));
    const signature = hex.decode(claim.signature);
    expect(verifySchnorr('MemoSignature', message, hex.decode(customer.public_key), signature)).toBe(true);
  });

  it('is signed in the steps that are shown', () => {
    const steps = jsonExample(PAGE, 'claim-steps');
    const parts = [
      utf8('MemoSignature.v1.challenge'),
      hex.decode(steps.R),
      hex.decode(customer.public_key),
      utf8(example(PAGE, 'claim-message')),
    ];
    expect(hex.encode(lengthPrefixed(...parts))).toBe(steps.hashed);
    expect(hex.encode(reduceToScalar(blake2b512(hex.decode(steps.hashed))))).toBe(steps.e);
    expect(steps.R + steps.s).toBe(claim.signature);
  });

  it('is signed by a wallet as a message, as is shown', () => {
    const signed = parseClaim(jsonExample(PAGE, 'wallet-claim'));
    expect(signed).toMatchObject({ address: claim.address, order_id: claim.order_id });
    expect(signed.signature).toMatch(/^[0-9a-f]{64}\|[0-9a-f]{64}$/);
    expect(verifyClaim(signed).valid).toBe(true);
  });

  it('is found in the memo that is shown', () => {
    expect(claimInMemo(example(PAGE, 'claim-memo'))).toEqual(claim);
  });
});

describe('payments', () => {
  it('are linked to as is shown', () => {
    const link = paymentLink({
      network: 'mainnet',
      address: HOT_WALLET,
      amount: 477_000_000n,
      note: 'order oid554432',
    });
    expect(example(PAGE, 'link')).toBe(link);
  });

  it('can go to an address of the order', () => {
    expect(example(PAGE, 'payment-id')).toBe(addressToBase58(withPaymentId(HOT_WALLET, utf8('oid554432'))));
  });

  it('are signed over the text that is shown', () => {
    const { payment, auth } = JSON.parse(curlExample(PAGE, 'payment-request').body);
    const payload = paymentPayload({ ...payment, amount: BigInt(payment.amount), memo: null, orderId: null });
    expect(example(PAGE, 'payment-payload')).toBe(payload);
    expect(example(PAGE, 'payment-message')).toBe(walletMessage(HOT_WALLET, BigInt(auth.nonce), payload));
    expect(isSigned(auth, payload)).toBe(true);
  });

  it('are confirmed over the text that is shown', () => {
    const { confirmation, auth } = JSON.parse(curlExample(PAGE, 'confirmation-request').body);
    const payload = confirmationPayload(confirmation.txid);
    expect(example(PAGE, 'confirmation-payload')).toBe(payload);
    expect(example(PAGE, 'confirmation-message')).toBe(walletMessage(HOT_WALLET, BigInt(auth.nonce), payload));
    expect(isSigned(auth, payload)).toBe(true);
  });

  function isSigned(auth: { address: string; nonce: number; signature: string }, payload: string): boolean {
    return verifyWalletSignature(
      { address: parseAddress(auth.address), nonce: BigInt(auth.nonce), signature: auth.signature },
      payload,
    );
  }
});

describe('the login token', () => {
  const token = example(PAGE, 'login-token');

  it('says what is shown, signed by its address', () => {
    const [, claims = ''] = token.split('.');
    expect(Buffer.from(claims, 'base64url').toString()).toBe(example(PAGE, 'login-claims'));
    expect(decodeToken(token).header).toEqual({ alg: 'Ristretto256', typ: 'JWT' });
    expect(addressToBase58(verifyLoginToken(token).address)).toBe(customer.address);
  });
});

describe('the server answers as is shown', () => {
  let app: App;

  beforeAll(async () => {
    app = await serverOfDocuments({ TPG_SHOPIFY_HMAC_CHECKS: 'off' }, () => NOW);
    await app.engine.wallets.register(
      { address: HOT_WALLET, ipAddress: '127.0.0.1', initialNonce: undefined },
      'the documents',
    );
    await app.engine.exchangeRates.set('USD', 30_000_000n, 'the documents');
    const order = jsonExample('docs/shopify.md', 'order');
    const answer = await post('/shopify/webhook/checkout_create', JSON.stringify({ ...order, id: 'oid554432' }));
    expect(answer.json()).toMatchObject({ success: true });
  });
  afterAll(() => app.close());

  const post = (url: string, payload: string) =>
    app.server.inject({ method: 'POST', url, payload, headers: { 'content-type': 'application/json' } });

  it('to the claim, and the same when it is repeated', async () => {
    const { path, body } = curlExample(PAGE, 'claim-request');
    for (let times = 0; times < 2; times += 1) {
      const answer = await post(path, body);
      expect([answer.statusCode, answer.json()]).toEqual([200, jsonExample(PAGE, 'claim-answer')]);
    }
  });

  it('to the claim that a wallet signed as a message', async () => {
    const answer = await post('/order/claim', JSON.stringify(jsonExample(PAGE, 'wallet-claim')));
    expect([answer.statusCode, answer.json()]).toEqual([200, jsonExample(PAGE, 'claim-answer')]);
  });

  it('to the payment and its confirmation', async () => {
    for (const report of ['payment', 'confirmation']) {
      const { path, body } = curlExample(PAGE, `${report}-request`);
      const answer = await post(path, body);
      expect([answer.statusCode, answer.body]).toEqual([200, example(PAGE, `${report}-answer`)]);
    }
  });

  it('to the login', async () => {
    const headers = { tpg_auth_token: example(PAGE, 'login-token') };
    const answer = await app.server.inject({ method: 'POST', url: '/auth', headers });
    expect(answer.statusCode).toBe(200);
    expect(verifyAccessToken(answer.body, VERIFICATION_KEY, NOW).roles).toEqual(['user']);
    const [, claims = ''] = answer.body.split('.');
    expect(Buffer.from(claims, 'base64url').toString()).toBe(example(PAGE, 'access-claims'));
    const own = await app.server.inject({
      url: '/api/order/id/oid554432',
      headers: { tpg_access_token: answer.body },
    });
    expect(own.json()).toMatchObject({ order_id: 'oid554432', status: 'Paid' });
  });
});

describe('the table of errors', () => {
  const rows = tableRows(PAGE).filter(([status, code]) => /^\d{3}$/.test(status ?? '') && /^`\w+`$/.test(code ?? ''));

  it('has the errors that wallets meet', () => {
    expect(rows.length).toBeGreaterThan(20);
  });

  it.each(rows)('%s %s', async (status, code) => {
    const { HttpError } = await import('#platform/http/errors.ts');
    const { EngineError, ERROR_SENTENCES } = await import('#platform/errors.ts');
    const name = (code ?? '').replaceAll('`', '');
    const error = name in ERROR_SENTENCES ? new EngineError(name as never) : new HttpError(name as never);
    const answered: { status?: number; body?: { code: string } } = {};
    const reply = {
      header: () => reply,
      type: () => reply,
      serializer: () => reply,
      code(given: number) {
        answered.status = given;
        return reply;
      },
      send(body: { code: string }) {
        answered.body = body;
        return reply;
      },
    };
    const log = { debug() {}, info() {}, warn() {}, error() {} };
    createErrorHandler(log)(error, { id: 'one' } as never, reply as never);
    expect([String(answered.status), answered.body?.code]).toEqual([status, name]);
  });
});
