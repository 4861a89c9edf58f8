import { ristretto255 } from '@noble/curves/ed25519.js';
import { afterEach, describe, expect, it } from 'vitest';
import { dammSum } from '#tari/address/damm-checksum.ts';
import { ADMIN, type Answer, borrowServer, errorOf, nextNonce, type TestServer } from '#test/server.ts';
import { HOT_WALLET, personOf } from '#test/test-wallets.ts';

/** What is nearly a signature, at each of the doors that take one. `test/tari/schnorr.test.ts` looks at the bytes. */

const GROUP_ORDER = ristretto255.Point.Fn.ORDER;

/** Points in encodings that nobody may use (RFC 9496, appendix A.3), and the identity. */
const BAD_POINTS = [
  '00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '0000000000000000000000000000000000000000000000000000000000000080',
];
const IDENTITY = '00'.repeat(32);

let server: TestServer;

afterEach(() => server.close());

/** s + n·L stands for the same number as s. */
function otherForms(signature: string): string[] {
  const response = numberOf(signature.slice(64));
  const forms: string[] = [];
  for (let value = response + GROUP_ORDER; value < 2n ** 256n; value += GROUP_ORDER) {
    forms.push(signature.slice(0, 64) + hexOf(value));
  }
  return forms;
}

function numberOf(littleEndian: string): bigint {
  return BigInt(`0x${Buffer.from(littleEndian, 'hex').reverse().toString('hex')}`);
}

function hexOf(value: bigint): string {
  return Buffer.from(value.toString(16).padStart(64, '0'), 'hex').reverse().toString('hex');
}

/** Everything that is wrong with a signature that was right. */
function forgeries(signature: string): string[] {
  const [point, response] = [signature.slice(0, 64), signature.slice(64)];
  return [
    ...otherForms(signature),
    ...[...BAD_POINTS, IDENTITY].map((bad) => bad + response),
    point + IDENTITY,
    IDENTITY + IDENTITY,
    response + point,
    point + point,
    'ff'.repeat(64),
  ];
}

/** For the identity as key anybody can sign: s·G = R + e·0. Of R = G and s = 1 it is true for every message. */
const SIGNED_BY_NOBODY = Buffer.from(ristretto255.Point.BASE.toBytes()).toString('hex') + hexOf(1n);

/** An address whose spend key is the identity; nothing of ours would make one. */
const NOBODYS_ADDRESS = (() => {
  const bytes = Uint8Array.of(0, 3, ...new Uint8Array(32));
  return Buffer.from([...bytes, dammSum(bytes)]).toString('hex');
})();

async function expectAllRefused(attempts: (() => Promise<Answer>)[]): Promise<void> {
  const before = server.everything();
  for (const attempt of attempts) {
    const { status, code } = errorOf(await attempt());
    expect([400, 401]).toContain(status);
    expect(code).toMatch(
      /^(claim_signature_invalid|wallet_signature_invalid|login_signature_invalid|login_token_malformed|invalid_claim|invalid_request|wallet_not_authorized)$/,
    );
  }
  expect(server.everything()).toEqual(before);
}

describe('a signature that is nearly right is refused, and changes nothing,', () => {
  it('on a claim', async () => {
    server = await borrowServer();
    await server.order();
    const claim = server.claimOf(personOf(1), '1001');
    const forged = forgeries(claim.signature).map((signature) => ({ ...claim, signature }));
    const byNobody = { address: NOBODYS_ADDRESS, order_id: '1001', signature: SIGNED_BY_NOBODY };
    await expectAllRefused([...forged, byNobody].map((body) => () => server.post('/order/claim', body)));
    expect((await server.post('/order/claim', claim)).status).toBe(200);
  });

  it('on the reports of a hot wallet', async () => {
    server = await borrowServer();
    for (const [path, body] of [
      ['/wallet/incoming_payment', server.paymentBody({ txid: '1' })],
      ['/wallet/tx_confirmation', server.confirmationBody('1')],
    ] as const) {
      const forged = forgeries(body.auth.signature).map((signature) => ({
        ...body,
        auth: { ...body.auth, signature },
      }));
      const auth = { address: NOBODYS_ADDRESS, nonce: nextNonce(), signature: SIGNED_BY_NOBODY };
      await expectAllRefused([...forged, { ...body, auth }].map((sent) => () => server.post(path, sent)));
      expect((await server.post(path, body)).status).toBe(200);
    }
  });

  it('on a login token', async () => {
    server = await borrowServer();
    const token = server.loginToken(personOf(1), ['user']);
    const [header, claims, signature = ''] = token.split('.');
    const hex = Buffer.from(signature, 'base64url').toString('hex');
    const forged = forgeries(hex).map((bytes) => Buffer.from(bytes, 'hex').toString('base64url'));
    await expectAllRefused(forged.map((bytes) => () => server.postAuth(`${header}.${claims}.${bytes}`)));
    expect((await server.postAuth(token)).status).toBe(200);
  });

  it('by the identity as a key, which can be no wallet’s and no user’s', async () => {
    server = await borrowServer();
    const token = await server.logIn(ADMIN, 'super_admin');
    const before = server.everything();
    const wallet = { address: NOBODYS_ADDRESS, ip_address: '127.0.0.1' };
    expect(errorOf(await server.post('/api/wallets', wallet, { token })).code).toBe('invalid_request');
    const role = [{ address: NOBODYS_ADDRESS, apply: ['super_admin'] }];
    expect(errorOf(await server.post('/api/roles', role, { token })).code).toBe('invalid_request');
    const claims = { address: NOBODYS_ADDRESS, nonce: nextNonce(), desired_roles: ['user'] };
    const [header, body] = server.loginTokenOf(claims, personOf(1).secretKey).split('.');
    const signature = Buffer.from(SIGNED_BY_NOBODY, 'hex').toString('base64url');
    expect(errorOf(await server.postAuth(`${header}.${body}.${signature}`)).status).toBeOneOf([400, 401]);
    expect(server.everything()).toEqual(before);
  });
});

describe('an algorithm that is not ours', () => {
  it.each(['none', 'None', '', 'HS256', 'EdDSA', 'ristretto256', 'RS256'])('%j is refused', async (alg) => {
    server = await borrowServer();
    const token = server.loginToken(personOf(1), ['user']);
    const access = await server.logIn(HOT_WALLET, 'super_admin');
    const header = Buffer.from(JSON.stringify({ alg, typ: 'JWT' })).toString('base64url');
    const before = server.everything();
    for (const [given, send] of [
      [token, (text: string) => server.postAuth(text)],
      [access, (text: string) => server.get('/api/balance', { token: text })],
    ] as const) {
      const [, claims, signature] = given.split('.');
      for (const text of [`${header}.${claims}.`, `${header}.${claims}`, `${header}.${claims}.${signature}`]) {
        expect(errorOf(await send(text)).code).toMatch(/^(login_token_malformed|access_token_invalid)$/);
      }
    }
    expect(server.everything()).toEqual(before);
  });
});
