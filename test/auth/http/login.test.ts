import { createHmac, createSign, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { decodeToken, issueAccessToken, verifyAccessToken } from '#tari/ristretto-jwt.ts';
import { ADMIN, borrowServer, errorOf, nextNonce, type TestServer } from '#test/server.ts';
import { ACCOUNTS } from '#test/test-wallets.ts';

const [ALICE, BOB] = ACCOUNTS;
const VECTORS = JSON.parse(readFileSync(new URL('../../vectors/signatures.json', import.meta.url), 'utf8'));
const DAY_MS = 24 * 3_600_000;

let server: TestServer;

afterEach(() => server.close());

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** The token with some bytes of its signature changed, still in the right form. */
function withTamperedSignature(token: string): string {
  const [header, claims, signature = ''] = token.split('.');
  const bytes = Buffer.from(signature, 'base64url');
  bytes[40] = (bytes[40] ?? 0) ^ 1;
  return `${header}.${claims}.${bytes.toString('base64url')}`;
}

describe('POST /auth', () => {
  it('answers an access token as bare text under a JSON type', async () => {
    server = await borrowServer();
    await server.grant(ALICE, 'read_all');
    const answer = await server.postAuth(server.loginToken(ALICE, ['user', 'read_all']));
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    server.keepToken(answer.text);
    expect(answer.text).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    const claims = verifyAccessToken(answer.text, server.keys.verificationKey, server.clock.now());
    expect(claims.roles).toEqual(['user', 'read_all']);
    expect(claims.issuedAt).toEqual(server.clock.now());
    expect(claims.expiresAt.getTime()).toBe(server.clock.now().getTime() + DAY_MS);
    expect(decodeToken(answer.text).claims.address).toBe(ALICE.address);
  });

  it('takes the login token as a bearer token, too', async () => {
    server = await borrowServer();
    const authorization = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
    const answer = await server.post('/auth', undefined, authorization(server.loginToken(ALICE, ['user'])));
    expect(answer.status).toBe(200);
    const { status } = await server.get('/api/check_token', authorization(server.keepToken(answer.text)));
    expect(status).toBe(200);
    // Where both came, the header of existing clients counts.
    const both = {
      headers: { ...authorization('nonsense').headers, tpg_auth_token: server.loginToken(ALICE, ['user']) },
    };
    expect((await server.post('/auth', undefined, both)).status).toBe(200);
  });

  it('says what is wrong where no token came', async () => {
    server = await borrowServer();
    for (const headers of [{}, { authorization: 'Basic abc' }, { authorization: 'Bearer ' }, { tpg_auth_token: '' }]) {
      expect(
        errorOf(await server.post('/auth', undefined, { headers: headers as Record<string, string> })),
      ).toMatchObject({
        status: 400,
        code: 'login_token_missing',
        error: expect.stringMatching(/^Auth token signature invalid or not provided.*proxy.*underscores_in_headers on/),
      });
    }
  });

  it('takes the login token of an existing wallet', async () => {
    server = await borrowServer();
    const answer = await server.postAuth(server.keepToken(VECTORS.login_token));
    expect(answer.status).toBe(200);
    server.keepToken(answer.text);
    expect(errorOf(await server.postAuth(VECTORS.login_token))).toMatchObject({ status: 401 });
  });

  it('lets anybody in as user, and with no role at all', async () => {
    server = await borrowServer();
    for (const roles of [['user'], [], ['user', 'user']]) {
      const answer = await server.postAuth(server.loginToken(ALICE, roles));
      expect(answer.status).toBe(200);
      server.keepToken(answer.text);
    }
  });

  it('takes a JSON content type without a body, as some clients send it', async () => {
    server = await borrowServer();
    const headers = { 'content-type': 'application/json' };
    expect((await server.postAuth(server.loginToken(ALICE, ['user']), headers)).status).toBe(200);
  });

  it('tells who sends no token', async () => {
    server = await borrowServer();
    const sentence = 'Auth token signature invalid or not provided';
    for (const answer of [await server.post('/auth'), await server.postAuth('')]) {
      expect(errorOf(answer)).toMatchObject({
        status: 400,
        code: 'login_token_missing',
        error: expect.stringContaining(sentence),
      });
    }
  });

  it.each([
    ['words', 'hello'],
    ['two parts', 'a.b'],
    ['four parts', 'a.b.c.d'],
    ['an empty signature', `${part({ alg: 'Ristretto256', typ: 'JWT' })}.${part({})}.`],
    ['parts that are not base64url', '!.!.!'],
    ['parts that are not JSON', `${Buffer.from('{').toString('base64url')}.e30.e30`],
    ['a short signature', `${part({ alg: 'Ristretto256', typ: 'JWT' })}.${part({})}.AAAA`],
  ])('refuses %s as no JWT', async (_, token) => {
    server = await borrowServer();
    expect(errorOf(await server.postAuth(token))).toMatchObject({
      status: 400,
      code: 'login_token_malformed',
      error: expect.stringContaining('Login token is not in the correct format'),
    });
  });

  it('refuses every algorithm but its own, however well it is signed', async () => {
    server = await borrowServer();
    const claims = { address: ALICE.address, nonce: 9, desired_roles: ['user'] };
    const inputOf = (alg: string) => `${part({ alg, typ: 'JWT' })}.${part(claims)}`;
    const hmac = (key: Uint8Array) => createHmac('sha256', key).update(inputOf('HS256')).digest('base64url');
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const rsa = createSign('RSA-SHA256').update(inputOf('RS256')).sign(privateKey).toString('base64url');
    const [, , rightSignature] = server.loginTokenOf(claims, ALICE.secretKey).split('.');
    const tokens = [
      `${inputOf('none')}.`,
      `${inputOf('none')}.${rightSignature}`,
      `${inputOf('None')}.${rightSignature}`,
      `${inputOf('HS256')}.${hmac(server.keys.verificationKey)}`,
      `${inputOf('HS256')}.${hmac(ALICE.tariAddress.spendKey)}`,
      `${inputOf('RS256')}.${rsa}`,
      `${inputOf('ristretto256')}.${rightSignature}`,
    ];
    for (const token of tokens) {
      expect(errorOf(await server.postAuth(token))).toMatchObject({ status: 400, code: 'login_token_malformed' });
    }
    expect(server.rows('select * from nonces')).toEqual([]);
  });

  it('refuses a tampered signature, and parts of two tokens put together', async () => {
    server = await borrowServer();
    await server.grant(ALICE, 'super_admin');
    const token = server.loginToken(ALICE, ['user']);
    const other = server.loginToken(BOB, ['super_admin']);
    const [header, claims, signature] = token.split('.');
    const [, otherClaims, otherSignature] = other.split('.');
    const asAlice = server.loginTokenOf(
      { address: ALICE.address, nonce: nextNonce(), desired_roles: ['super_admin'] },
      BOB.secretKey,
    );
    const richer = part({ address: ALICE.address, nonce: Number(nextNonce()), desired_roles: ['super_admin'] });
    const forged = [
      withTamperedSignature(token),
      `${header}.${otherClaims}.${signature}`,
      `${header}.${claims}.${otherSignature}`,
      `${header}.${richer}.${signature}`,
      asAlice,
    ];
    for (const wrong of forged) {
      expect(errorOf(await server.postAuth(wrong))).toMatchObject({
        status: 401,
        code: 'login_signature_invalid',
        error: expect.stringContaining('Login token signature is invalid'),
      });
    }
    expect((await server.postAuth(token)).status).toBe(200);
  });

  it('refuses a signed token whose claims are of no use', async () => {
    server = await borrowServer();
    const claims = { address: ALICE.address, nonce: 1n, desired_roles: ['user'] };
    const wrong = [
      { ...claims, address: 'nobody' },
      { ...claims, address: null },
      { ...claims, nonce: -1n },
      { ...claims, nonce: 2n ** 64n },
      { ...claims, nonce: '1' },
      { ...claims, nonce: 1.5 },
      { ...claims, desired_roles: 'user' },
      { ...claims, desired_roles: [1n] },
      { ...claims, desired_roles: Array.from({ length: 17 }, () => 'user') },
      { address: claims.address, nonce: claims.nonce },
    ];
    for (const one of wrong) {
      const answer = errorOf(await server.postAuth(server.loginTokenOf(one, ALICE.secretKey)));
      expect(answer).toMatchObject({ status: 400, code: 'login_token_malformed' });
    }
  });

  it('takes each nonce once, and only rising ones, up to the largest of 64 bits', async () => {
    server = await borrowServer();
    const login = (nonce: bigint) => server.postAuth(server.loginToken(ALICE, ['user'], nonce));
    const token = server.loginToken(ALICE, ['user'], 5n);
    expect((await server.postAuth(token)).status).toBe(200);
    for (const answer of [await server.postAuth(token), await login(5n), await login(4n), await login(0n)]) {
      expect(errorOf(answer)).toMatchObject({
        status: 401,
        code: 'login_nonce_not_increasing',
        error: expect.stringContaining('Nonce is not strictly increasing'),
      });
    }
    // 10 is above 9, and one above 2^53 is above 2^53: neither texts nor doubles are compared.
    for (const nonce of [9n, 10n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 63n, 2n ** 64n - 1n]) {
      expect((await login(nonce)).status).toBe(200);
    }
    expect((await login(2n ** 64n - 1n)).status).toBe(401);
    expect((await server.postAuth(server.loginToken(BOB, ['user'], 1n))).status).toBe(200);
  });

  it('lets only one of several logins with the same nonce in', async () => {
    server = await borrowServer();
    const token = server.loginToken(ALICE, ['user']);
    const answers = await Promise.all(Array.from({ length: 10 }, () => server.postAuth(token)));
    expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1);
  });

  it('refuses roles that the address does not have, and keeps the nonce', async () => {
    server = await borrowServer();
    const refused = async (...roles: string[]) => errorOf(await server.postAuth(server.loginToken(ALICE, roles, 7n)));
    for (const roles of [['super_admin'], ['user', 'read_all'], ['write'], ['payment_wallet'], ['constructor'], ['']]) {
      expect(await refused(...roles)).toMatchObject({
        status: 403,
        code: 'login_roles_not_held',
        error: expect.stringContaining('Insufficient Permissions.'),
      });
    }
    expect((await server.postAuth(server.loginToken(ALICE, ['user'], 7n))).status).toBe(200);
  });

  it('keeps the nonce as well when the signature is refused', async () => {
    server = await borrowServer();
    const token = server.loginToken(ALICE, ['user'], 7n);
    expect((await server.postAuth(withTamperedSignature(token))).status).toBe(401);
    expect((await server.postAuth(token)).status).toBe(200);
  });

  it('does not take an access token for a login token', async () => {
    server = await borrowServer();
    const accessToken = await server.logIn(ADMIN, 'super_admin');
    expect((await server.postAuth(accessToken)).status).toBe(401);
    const now = server.clock.now();
    const own = { address: ADMIN.tariAddress, roles: ['super_admin'], issuedAt: now, expiresAt: now };
    const selfMade = server.keepToken(issueAccessToken(own, ADMIN.secretKey, () => new Uint8Array(64)));
    expect(errorOf(await server.postAuth(selfMade))).toMatchObject({ status: 400, code: 'login_token_malformed' });
  });

  it('says that it is for a time only when the database is locked, and keeps the nonce', async () => {
    server = await borrowServer();
    const token = server.loginToken(ALICE, ['user']);
    const unlock = server.lockDatabase();
    const answer = await server.postAuth(token);
    expect(errorOf(answer)).toMatchObject({ status: 503, code: 'unavailable' });
    expect(answer.headers.get('retry-after')).toBe('5');
    unlock();
    expect((await server.postAuth(token)).status).toBe(200);
  });
});
