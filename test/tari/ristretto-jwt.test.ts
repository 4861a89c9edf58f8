import { hexToBytes } from '@noble/hashes/utils.js';
import { base64urlnopad } from '@scure/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressToBase58, parseAddress, singleAddress } from '#tari/address.ts';
import {
  type AccessClaims,
  decodeToken,
  issueAccessToken,
  signToken,
  TokenError,
  verifyAccessToken,
  verifyLoginToken,
  verifyTokenSignature,
} from '#tari/ristretto-jwt.ts';
import { publicKeyOf, signSchnorr } from '#tari/schnorr.ts';
import { anySecretKey, anyWithOneCharacterChanged, BASE64URL_ALPHABET, seededRandom } from '#test/tari/arbitraries.ts';
import vectors from '../vectors/signatures.json' with { type: 'json' };

const SECRET = hexToBytes(vectors.key.secret);
const PUBLIC = hexToBytes(vectors.key.public);
const ADDRESS = singleAddress('mainnet', PUBLIC);
const ADDRESS_TEXT = addressToBase58(ADDRESS);
const LOGIN = { address: ADDRESS_TEXT, nonce: 1n, desired_roles: ['user'] };
const ISSUED_AT = new Date('2025-06-01T12:00:00Z');
const ACCESS: AccessClaims = {
  address: ADDRESS,
  roles: ['user', 'read_all'],
  issuedAt: ISSUED_AT,
  expiresAt: new Date('2025-06-02T12:00:00Z'),
};
const random = seededRandom('tokens');

function codeOf(attempt: () => unknown): string | undefined {
  try {
    attempt();
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(TokenError);
    return error instanceof TokenError ? error.code : undefined;
  }
}

/** A token of these exact texts with a signature that fits, so that it is refused for what it says. */
function tokenOf(header: string, claims: string): string {
  const encode = (text: string) => base64urlnopad.encode(new TextEncoder().encode(text));
  const signingInput = `${encode(header)}.${encode(claims)}`;
  const message = new TextEncoder().encode(signingInput);
  return `${signingInput}.${base64urlnopad.encode(signSchnorr('com.tari.jwt-ristretto', message, SECRET, random(64)))}`;
}

const HEADER = '{"alg":"Ristretto256","typ":"JWT"}';
const LOGIN_JSON = `{"address":"${ADDRESS_TEXT}","nonce":1,"desired_roles":["user"]}`;

describe('the published login token', () => {
  it('verifies and says who logs in', () => {
    const { address, nonce, desiredRoles } = verifyLoginToken(vectors.login_token);
    expect(address).toEqual(
      parseAddress(
        `${Buffer.from(address.spendKey).toString('hex')}${Buffer.from(address.bytes.slice(-1)).toString('hex')}`,
      ),
    );
    expect(Buffer.from(address.spendKey).toString('hex')).toBe(
      'b8971598a865b25b6508d4ba154db228e044f367bd9a1ef50dd4051db42b6314',
    );
    expect(address.network).toBe('mainnet');
    expect(nonce).toBe(1n);
    expect(desiredRoles).toEqual(['user']);
  });

  it('is taken apart as it came', () => {
    const decoded = decodeToken(vectors.login_token);
    expect(decoded.header).toEqual({ alg: 'Ristretto256', typ: 'JWT' });
    expect(decoded.signature).toHaveLength(64);
    expect(vectors.login_token.startsWith(`${decoded.signingInput}.`)).toBe(true);
  });

  it('is refused when any character differs', () => {
    fc.assert(
      fc.property(anyWithOneCharacterChanged(vectors.login_token, [...BASE64URL_ALPHABET, '.', '=', ' ']), (token) => {
        expect(codeOf(() => verifyLoginToken(token))).toBeDefined();
      }),
      { numRuns: 300 },
    );
  });
});

describe('a login token', () => {
  it('keeps a nonce of 64 bits whole', () => {
    const anyNonce = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    fc.assert(
      fc.property(anySecretKey, anyNonce, (secretKey, nonce) => {
        const address = addressToBase58(singleAddress('nextnet', publicKeyOf(secretKey)));
        const login = verifyLoginToken(signToken({ ...LOGIN, address, nonce }, secretKey, random));
        expect(login.nonce).toBe(nonce);
        expect(addressToBase58(login.address)).toBe(address);
      }),
      { numRuns: 30 },
    );
  });

  it('is refused when it is signed by another key than its address', () => {
    const other = hexToBytes('09'.padEnd(64, '0'));
    expect(codeOf(() => verifyLoginToken(signToken(LOGIN, other, random)))).toBe('bad_signature');
  });

  it.each([
    ['{}'],
    [`{"address":"nobody","nonce":1,"desired_roles":[]}`],
    [LOGIN_JSON.replace('"nonce":1', '"nonce":"1"')],
    [LOGIN_JSON.replace('"nonce":1', '"nonce":-1')],
    [LOGIN_JSON.replace('"nonce":1', '"nonce":1.0')],
    [LOGIN_JSON.replace('"nonce":1', '"nonce":1e3')],
    [LOGIN_JSON.replace('"nonce":1', '"nonce":18446744073709551616')],
    [LOGIN_JSON.replace('"nonce":1,', '')],
    [LOGIN_JSON.replace('["user"]', '"user"')],
    [LOGIN_JSON.replace('["user"]', '[1]')],
    [LOGIN_JSON.replace('["user"]', JSON.stringify(Array(17).fill('user')))],
  ])('is refused with the claims %s', (claims) => {
    expect(codeOf(() => verifyLoginToken(tokenOf(HEADER, claims)))).toBe('bad_claims');
  });

  it('is accepted with its keys in any order, and with more of them', () => {
    const claims = `{"more":null,"desired_roles":[],"nonce":18446744073709551615,"address":"${ADDRESS_TEXT}"}`;
    expect(verifyLoginToken(tokenOf('{"typ":"JWT","alg":"Ristretto256"}', claims)).nonce).toBe(2n ** 64n - 1n);
  });
});

describe('a token', () => {
  it.each([
    ['none', '{"alg":"none","typ":"JWT"}'],
    ['another algorithm', '{"alg":"HS256","typ":"JWT"}'],
    ['the name in another case', '{"alg":"ristretto256","typ":"JWT"}'],
    ['a list', '{"alg":["Ristretto256"],"typ":"JWT"}'],
    ['no algorithm', '{"typ":"JWT"}'],
  ])('is refused with %s in its header', (_name, header) => {
    expect(codeOf(() => verifyTokenSignature(tokenOf(header, LOGIN_JSON), PUBLIC))).toBe('wrong_algorithm');
  });

  it.each([
    ['a header without typ', tokenOf('{"alg":"Ristretto256"}', LOGIN_JSON)],
    ['another typ', tokenOf('{"alg":"Ristretto256","typ":"jwt"}', LOGIN_JSON)],
    ['more in its header', tokenOf('{"alg":"Ristretto256","typ":"JWT","crit":["exp"]}', LOGIN_JSON)],
    ['claims that are no object', tokenOf(HEADER, '[1]')],
    ['claims that are no JSON', tokenOf(HEADER, '{"address"')],
    ['a claim twice', tokenOf(HEADER, '{"nonce":1,"nonce":2}')],
    ['claims nested without end', tokenOf(HEADER, '['.repeat(5000))],
    ['nothing', ''],
    ['two parts', 'a.b'],
    ['four parts', `${tokenOf(HEADER, LOGIN_JSON)}.`],
    ['an empty part', '..'],
    ['no signature', tokenOf(HEADER, LOGIN_JSON).replace(/[^.]+$/, '')],
    ['a short signature', tokenOf(HEADER, LOGIN_JSON).replace(/[^.]+$/, 'AAAA')],
    ['padding', `${tokenOf(HEADER, LOGIN_JSON)}==`],
    ['standard base64', tokenOf(HEADER, LOGIN_JSON).replace(/^./, '+')],
    ['too much', tokenOf(HEADER, JSON.stringify({ more: 'x'.repeat(8 * 1024) }))],
  ])('is malformed with %s', (_name, token) => {
    expect(codeOf(() => verifyTokenSignature(token, PUBLIC))).toBe('malformed');
    expect(codeOf(() => decodeToken(token))).toBe('malformed');
  });

  it('has one text: the last character cannot stand for the same bytes in another way', () => {
    const token = tokenOf(HEADER, LOGIN_JSON);
    const accepted = BASE64URL_ALPHABET.filter(
      (character) => codeOf(() => verifyTokenSignature(token.slice(0, -1) + character, PUBLIC)) === undefined,
    );
    expect(accepted).toEqual([token.slice(-1)]);
  });

  it('gives its claims to whoever has the key of its signer, whole numbers as bigint', () => {
    const claims = verifyTokenSignature(signToken({ a: 2n ** 64n, b: 'x', c: 1.5 }, SECRET, random), PUBLIC);
    expect(claims).toEqual({ a: 2n ** 64n, b: 'x', c: 1.5 });
    const other = publicKeyOf(hexToBytes('09'.padEnd(64, '0')));
    expect(codeOf(() => verifyTokenSignature(signToken({}, SECRET, random), other))).toBe('bad_signature');
    expect(codeOf(() => verifyTokenSignature(signToken({}, SECRET, random), new Uint8Array()))).toBe('bad_signature');
  });
});

describe('an access token', () => {
  const token = issueAccessToken(ACCESS, SECRET, random);

  it('says again what it was issued for', () => {
    expect(verifyAccessToken(token, PUBLIC, ISSUED_AT)).toEqual(ACCESS);
    expect(decodeToken(token).claims).toEqual({
      address: ADDRESS_TEXT,
      roles: ['user', 'read_all'],
      iat: BigInt(ISSUED_AT.getTime() / 1000),
      exp: BigInt(ACCESS.expiresAt.getTime() / 1000),
    });
  });

  it('ends with the second of its exp', () => {
    const end = ACCESS.expiresAt.getTime();
    expect(codeOf(() => verifyAccessToken(token, PUBLIC, new Date(end - 1)))).toBeUndefined();
    expect(codeOf(() => verifyAccessToken(token, PUBLIC, new Date(end)))).toBe('expired');
  });

  it('is not believed before its signature is: an expired forgery is a forgery', () => {
    const other = publicKeyOf(hexToBytes('09'.padEnd(64, '0')));
    expect(codeOf(() => verifyAccessToken(token, other, new Date('2030-01-01')))).toBe('bad_signature');
  });

  it('needs all of its claims', () => {
    for (const claim of ['address', 'roles', 'iat', 'exp']) {
      const { [claim]: _left, ...rest } = decodeToken(token).claims;
      expect(codeOf(() => verifyAccessToken(signToken(rest, SECRET, random), PUBLIC, ISSUED_AT))).toBe('bad_claims');
    }
    expect(codeOf(() => verifyAccessToken(signToken(LOGIN, SECRET, random), PUBLIC, ISSUED_AT))).toBe('bad_claims');
  });
});
