import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addressToBase58,
  addressToEmoji,
  addressToHex,
  dualAddress,
  parseAddress,
  singleAddress,
} from '#tari/address.ts';
import { type Claim, ClaimError, claimInMemo, parseClaim, signClaim, verifyClaim } from '#tari/claim.ts';
import { publicKeyOf, signSchnorr } from '#tari/schnorr.ts';
import {
  anySecretKey,
  anyWithOneCharacterChanged,
  BASE58_ALPHABET,
  HEX_ALPHABET,
  seededRandom,
} from '#test/tari/arbitraries.ts';
import vectors from '../vectors/signatures.json' with { type: 'json' };

const HEX_CLAIM: Claim = vectors.claim_hex.claim;
const BASE58_CLAIM: Claim = vectors.claim_base58;
const SECRET = hexToBytes(vectors.key.secret);

const anyClaim: fc.Arbitrary<Claim> = fc
  .tuple(anySecretKey, anySecretKey, fc.boolean(), fc.string({ minLength: 1, maxLength: 40 }))
  .map(([viewSecret, spendSecret, isDual, orderId]) => {
    const spendKey = publicKeyOf(spendSecret);
    const address = isDual
      ? dualAddress('mainnet', publicKeyOf(viewSecret), spendKey, 1)
      : singleAddress('mainnet', spendKey);
    return signClaim(spendSecret, address, orderId, seededRandom(orderId));
  });

function isAccepted(claim: unknown): boolean {
  try {
    return verifyClaim(parseClaim(claim)).valid;
  } catch (error) {
    expect(error).toBeInstanceOf(ClaimError);
    return false;
  }
}

function codeOf(value: unknown): string | undefined {
  try {
    parseClaim(value);
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(ClaimError);
    return error instanceof ClaimError ? error.code : undefined;
  }
}

describe('published claims', () => {
  it.each([HEX_CLAIM, BASE58_CLAIM])('verify: $address', (claim) => {
    const { valid, address } = verifyClaim(parseClaim(claim));
    expect(valid).toBe(true);
    expect(bytesToHex(address.spendKey)).toBe(vectors.key.public);
  });

  it('verify in every form of the address that names what was signed', () => {
    const single = parseAddress(BASE58_CLAIM.address);
    expect(isAccepted({ ...BASE58_CLAIM, address: addressToHex(single) })).toBe(true);
    expect(isAccepted({ ...BASE58_CLAIM, address: addressToEmoji(single) })).toBe(true);
    // The base58 of a legacy address is that of the single address that it stands for.
    expect(isAccepted({ ...BASE58_CLAIM, address: HEX_CLAIM.address })).toBe(true);
    expect(isAccepted({ ...HEX_CLAIM, address: { network: 'mainnet', public_key: vectors.key.public } })).toBe(true);
  });

  it('verify with the hex only as it was signed', () => {
    expect(isAccepted({ ...HEX_CLAIM, address: HEX_CLAIM.address.toUpperCase() })).toBe(false);
    expect(isAccepted({ ...HEX_CLAIM, address: BASE58_CLAIM.address })).toBe(false);
    const address = HEX_CLAIM.address.toUpperCase();
    const message = new TextEncoder().encode(`${address}:1`);
    const signature = bytesToHex(signSchnorr('MemoSignature', message, SECRET, seededRandom('upper')(64)));
    expect(isAccepted({ address, order_id: '1', signature })).toBe(true);
  });
});

describe('a signed claim', () => {
  it('verifies, and names its address in base58', () => {
    fc.assert(
      fc.property(anyClaim, (claim) => {
        const { valid, address } = verifyClaim(parseClaim({ ...claim, more: true }));
        expect(valid).toBe(true);
        expect(claim.address).toBe(addressToBase58(address));
      }),
      { numRuns: 30 },
    );
  });

  it('is refused when one character of it differs', () => {
    const anyWrong = anyClaim.chain((claim) =>
      fc.oneof(
        anyWithOneCharacterChanged(claim.address, BASE58_ALPHABET).map((address) => ({ ...claim, address })),
        anyWithOneCharacterChanged(claim.order_id, HEX_ALPHABET).map((order_id) => ({ ...claim, order_id })),
        anyWithOneCharacterChanged(claim.signature, HEX_ALPHABET).map((signature) => ({ ...claim, signature })),
      ),
    );
    fc.assert(
      fc.property(anyWrong, (claim) => {
        expect(isAccepted(claim)).toBe(false);
      }),
      { numRuns: 200 },
    );
  });

  it('by another key is refused', () => {
    const other = hexToBytes('07'.padEnd(64, '0'));
    const claim = signClaim(other, parseAddress(BASE58_CLAIM.address), 'oid554432', seededRandom('other'));
    expect(verifyClaim(claim).valid).toBe(false);
  });

  it('that never came from parseClaim is refused, not thrown', () => {
    expect(verifyClaim({ ...BASE58_CLAIM, signature: 'xyz' }).valid).toBe(false);
    expect(verifyClaim({ ...BASE58_CLAIM, signature: '' }).valid).toBe(false);
  });
});

describe('parseClaim', () => {
  it('says what is wrong', () => {
    for (const value of [null, undefined, 1, 'claim', [], [BASE58_CLAIM]])
      expect(codeOf(value)).toBe('malformed_claim');
    expect(codeOf({ ...BASE58_CLAIM, address: 'nobody' })).toBe('invalid_address');
    expect(codeOf({ ...BASE58_CLAIM, address: undefined })).toBe('invalid_address');
    for (const order_id of ['', 'x'.repeat(257), 5, null, undefined]) {
      expect(codeOf({ ...BASE58_CLAIM, order_id })).toBe('invalid_order_id');
    }
    const { signature } = BASE58_CLAIM;
    for (const wrong of [
      '',
      signature.slice(1),
      `${signature}00`,
      `g${signature.slice(1)}`,
      `${signature}\n`,
      5,
      null,
    ]) {
      expect(codeOf({ ...BASE58_CLAIM, signature: wrong })).toBe('invalid_signature');
      expect(() => parseClaim({ ...BASE58_CLAIM, signature: wrong })).toThrow('Invalid signature');
    }
  });

  it('takes order ids of up to 256 characters', () => {
    expect(codeOf({ ...BASE58_CLAIM, order_id: 'x'.repeat(256) })).toBeUndefined();
    expect(() => signClaim(SECRET, parseAddress(BASE58_CLAIM.address), '', seededRandom('empty'))).toThrow(ClaimError);
  });
});

describe('claimInMemo', () => {
  it('finds a claim that is the whole memo, or under the key claim', () => {
    expect(claimInMemo(JSON.stringify(BASE58_CLAIM))).toEqual(BASE58_CLAIM);
    expect(claimInMemo(` ${JSON.stringify(BASE58_CLAIM, null, 2)}\n`)).toEqual(BASE58_CLAIM);
    expect(claimInMemo(JSON.stringify(vectors.claim_hex))).toEqual(HEX_CLAIM);
    expect(claimInMemo(JSON.stringify({ note: 'thanks', claim: BASE58_CLAIM, more: [1] }))).toEqual(BASE58_CLAIM);
  });

  it.each([
    '',
    'thanks',
    '{',
    '{}',
    'null',
    '[]',
    '{"claim":null}',
    '{"claim":"x"}',
    '{"__proto__":{}}',
    '{'.repeat(16_000),
    `{"claim":${'['.repeat(8000)}${']'.repeat(8000)}}`,
    JSON.stringify([BASE58_CLAIM]),
    JSON.stringify({ claim: { claim: BASE58_CLAIM } }),
    JSON.stringify({ claim: JSON.stringify(BASE58_CLAIM) }),
    `pay ${JSON.stringify(BASE58_CLAIM)}`,
    JSON.stringify({ claim: BASE58_CLAIM, padding: ' '.repeat(16 * 1024) }),
  ])('finds none in memo %#', (memo) => {
    expect(claimInMemo(memo)).toBeUndefined();
  });

  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.json().map((json) => `{"claim":${json}}`),
        ),
        (memo) => {
          expect(claimInMemo(memo)).toBeUndefined();
        },
      ),
    );
  });
});
