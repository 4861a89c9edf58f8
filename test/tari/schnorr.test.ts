import { createHash } from 'node:crypto';
import { ristretto255 } from '@noble/curves/ed25519.js';
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addPoints, isCanonicalScalar, isPublicKey, multiplyBase, multiplyPublicKey } from '#tari/ristretto.ts';
import { generateSecretKey, publicKeyOf, signSchnorr, verifySchnorr } from '#tari/schnorr.ts';
import { anyPublicKey, anySecretKey, seededRandom } from '#test/tari/arbitraries.ts';
import { verifySchnorrReference } from '#test/tari/schnorr-reference.ts';
import vectors from '../vectors/signatures.json' with { type: 'json' };

const { Point } = ristretto255;
const DOMAIN = 'MemoSignature';
const ORDER = Point.Fn.ORDER;
const ZERO = new Uint8Array(32);
const SECRET = hexToBytes(vectors.key.secret);
const PUBLIC = hexToBytes(vectors.key.public);
const MESSAGE = new TextEncoder().encode('a message');

/** Encodings that RFC 9496 appendix A.3 refuses: not below the prime, negative, or no square. */
const NOT_CANONICAL = [
  '00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'f3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '0000000000000000000000000000000000000000000000000000000000000080',
].map(hexToBytes);

function scalarBytes(value: bigint): Uint8Array {
  return hexToBytes(value.toString(16).padStart(64, '0')).reverse();
}

function scalarValue(bytes: Uint8Array): bigint {
  return BigInt(`0x${bytesToHex(bytes.slice().reverse())}`);
}

/** What both verifications say. They must say the same. */
function verdict(message: Uint8Array, publicKey: Uint8Array, signature: Uint8Array, domain = DOMAIN): boolean {
  const fast = verifySchnorr(domain, message, publicKey, signature);
  expect(fast).toBe(verifySchnorrReference(domain, message, publicKey, signature));
  return fast;
}

describe('keys', () => {
  it('make the published pair', () => {
    expect(bytesToHex(publicKeyOf(SECRET))).toBe(vectors.key.public);
  });

  it('are canonical scalars above 0', () => {
    for (const wrong of [ZERO, scalarBytes(ORDER), scalarBytes(ORDER + 1n), SECRET.slice(1), new Uint8Array(33)]) {
      expect(() => publicKeyOf(wrong)).toThrow(RangeError);
      expect(() => signSchnorr(DOMAIN, MESSAGE, wrong, new Uint8Array(64))).toThrow(RangeError);
    }
    expect(publicKeyOf(scalarBytes(ORDER - 1n))).toHaveLength(32);
    expect(() => generateSecretKey(() => new Uint8Array(64))).toThrow(RangeError);
  });

  it('come from 64 random bytes, reduced', () => {
    const random = new Uint8Array(64).fill(0xff);
    expect(scalarValue(generateSecretKey(() => random))).toBe((2n ** 512n - 1n) % ORDER);
  });
});

describe('a signature', () => {
  it('is valid for its own domain, message and key only', () => {
    const anyMessage = fc.uint8Array({ maxLength: 300 });
    fc.assert(
      fc.property(anySecretKey, anyPublicKey, anyMessage, fc.integer(), (secretKey, otherKey, message, seed) => {
        const publicKey = publicKeyOf(secretKey);
        const signature = signSchnorr(DOMAIN, message, secretKey, seededRandom(`nonce ${seed}`)(64));
        expect(verdict(message, publicKey, signature)).toBe(true);
        expect(verdict(Uint8Array.of(...message, 0), publicKey, signature)).toBe(false);
        expect(verdict(message, publicKey, signature, 'WalletSignature')).toBe(false);
        expect(verdict(message, otherKey, signature)).toBe(bytesToHex(otherKey) === bytesToHex(publicKey));
      }),
      { numRuns: 50 },
    );
  });

  it('is refused when any of its bytes, the key or the message differs', () => {
    const signature = signSchnorr(DOMAIN, MESSAGE, SECRET, seededRandom('tampering')(64));
    const parts = [signature, PUBLIC, MESSAGE];
    for (const [which, part] of parts.entries()) {
      for (let index = 0; index < part.length; index += 1) {
        for (const difference of [0x01, 0x80]) {
          const tampered = part.map((byte, at) => (at === index ? byte ^ difference : byte));
          const [wrongSignature = signature, wrongKey = PUBLIC, wrongMessage = MESSAGE] = parts.map((own, at) =>
            at === which ? tampered : own,
          );
          expect(verdict(wrongMessage, wrongKey, wrongSignature)).toBe(false);
        }
      }
    }
  });

  it('has one form: s is below the group order', () => {
    const signature = signSchnorr(DOMAIN, MESSAGE, SECRET, seededRandom('malleable')(64));
    const response = scalarValue(signature.slice(32));
    for (let multiple = 1n; response + multiple * ORDER < 2n ** 256n; multiple += 1n) {
      const other = Uint8Array.of(...signature.slice(0, 32), ...scalarBytes(response + multiple * ORDER));
      expect(verdict(MESSAGE, PUBLIC, other)).toBe(false);
    }
  });

  it('may have any R that is a point, the identity too', () => {
    // With k = 0, s is e·x: whoever does this gives the key away, but the equation holds.
    const challenge = challengeOf(ZERO, PUBLIC);
    const signature = Uint8Array.of(...ZERO, ...scalarBytes((challenge * scalarValue(SECRET)) % ORDER));
    expect(verdict(MESSAGE, PUBLIC, signature)).toBe(true);
  });

  it('with s = 0 gets an answer like any other', () => {
    const negatedKey = Point.fromBytes(PUBLIC).negate().toBytes();
    expect(verdict(MESSAGE, PUBLIC, Uint8Array.of(...negatedKey, ...ZERO))).toBe(false);
    expect(verdict(MESSAGE, PUBLIC, new Uint8Array(64))).toBe(false);
  });

  it('is refused for a key or an R that is not canonical, and for the identity as a key', () => {
    const signature = signSchnorr(DOMAIN, MESSAGE, SECRET, seededRandom('points')(64));
    for (const encoding of [ZERO, ...NOT_CANONICAL]) {
      expect(verdict(MESSAGE, encoding, signature)).toBe(false);
      expect(verdict(MESSAGE, encoding, new Uint8Array(64))).toBe(false);
      expect(verdict(MESSAGE, PUBLIC, Uint8Array.of(...encoding, ...signature.slice(32)))).toBe(false);
    }
  });

  it('gets the same answer from both verifications, whatever the bytes', () => {
    const anyScalar = fc.oneof(
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      fc.constantFrom(0n, 1n, ORDER - 1n, ORDER, ORDER + 1n, 2n ** 255n, 2n ** 256n - 1n).map(scalarBytes),
    );
    const anyPoint = fc.oneof(
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      fc.constantFrom(ZERO, PUBLIC, ...NOT_CANONICAL),
      anyPublicKey,
    );
    fc.assert(
      fc.property(anyPoint, anyPoint, anyScalar, (publicKey, noncePoint, response) => {
        verdict(MESSAGE, publicKey, Uint8Array.of(...noncePoint, ...response));
      }),
      { numRuns: 300 },
    );
  });

  it('of another length is refused, and so is a key', () => {
    const signature = signSchnorr(DOMAIN, MESSAGE, SECRET, seededRandom('lengths')(64));
    for (const length of [0, 32, 63, 65, 128]) {
      const wrong = new Uint8Array(length);
      wrong.set(signature.slice(0, length));
      expect(verdict(MESSAGE, PUBLIC, wrong)).toBe(false);
    }
    for (const length of [0, 31, 33, 64])
      expect(verdict(MESSAGE, new Uint8Array(length).fill(2), signature)).toBe(false);
  });
});

describe('the nonce of a signature', () => {
  const noncePoint = (message: Uint8Array, secretKey: Uint8Array, random: Uint8Array, domain = DOMAIN) =>
    bytesToHex(signSchnorr(domain, message, secretKey, random).slice(0, 32));

  it('never repeats for two messages, even when the random bytes do', () => {
    const stuck = new Uint8Array(64);
    const other = hexToBytes('02'.padEnd(64, '0'));
    const points = [
      noncePoint(MESSAGE, SECRET, stuck),
      noncePoint(Uint8Array.of(1), SECRET, stuck),
      noncePoint(MESSAGE, other, stuck),
      noncePoint(MESSAGE, SECRET, stuck, 'WalletSignature'),
      noncePoint(MESSAGE, SECRET, new Uint8Array(64).fill(1)),
    ];
    expect(new Set(points).size).toBe(points.length);
  });

  it('takes 64 random bytes', () => {
    expect(() => signSchnorr(DOMAIN, MESSAGE, SECRET, new Uint8Array(32))).toThrow(RangeError);
    expect(() => signSchnorr(DOMAIN, MESSAGE, SECRET, new Uint8Array())).toThrow(RangeError);
  });
});

describe('the group over libsodium', () => {
  const anyScalarValue = fc.oneof(fc.constantFrom(0n, 1n, ORDER - 1n), fc.bigInt({ min: 0n, max: ORDER - 1n }));

  it('computes what @noble/curves does, identity included', () => {
    fc.assert(
      fc.property(anyScalarValue, anyPublicKey, (value, key) => {
        const scalar = scalarBytes(value);
        const point = Point.fromBytes(key);
        expect(bytesToHex(multiplyBase(scalar))).toBe(Point.BASE.multiplyUnsafe(value).toHex());
        const product = multiplyPublicKey(scalar, key);
        expect(product && bytesToHex(product)).toBe(point.multiplyUnsafe(value).toHex());
        const sum = product && addPoints(product, key);
        expect(sum && bytesToHex(sum)).toBe(point.multiplyUnsafe(value).add(point).toHex());
      }),
      { numRuns: 50 },
    );
  });

  it('knows no product or sum of what is not canonical', () => {
    for (const encoding of NOT_CANONICAL) {
      expect(isPublicKey(encoding)).toBe(false);
      expect(multiplyPublicKey(scalarBytes(5n), encoding)).toBeUndefined();
      expect(multiplyPublicKey(ZERO, encoding)).toBeUndefined();
      expect(addPoints(encoding, PUBLIC)).toBeUndefined();
      expect(addPoints(PUBLIC, encoding)).toBeUndefined();
    }
    expect(multiplyPublicKey(scalarBytes(5n), ZERO)).toBeUndefined();
    expect(multiplyPublicKey(ZERO, ZERO)).toBeUndefined();
  });

  it('takes scalars below the group order for canonical, and no others', () => {
    const anyNumber = fc.oneof(
      fc.constantFrom(0n, ORDER - 1n, ORDER, ORDER + 1n, 2n ** 252n - 1n, 2n ** 252n, 2n ** 256n - 1n),
      fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }),
      fc.bigInt({ min: -1000n, max: 1000n }).map((offset) => ORDER + offset),
    );
    fc.assert(
      fc.property(anyNumber, (value) => {
        expect(isCanonicalScalar(scalarBytes(value))).toBe(value < ORDER);
      }),
    );
    expect(isCanonicalScalar(new Uint8Array(31))).toBe(false);
  });
});

/** The challenge e of protocol.md 3 for MESSAGE, by node's own Blake2b. */
function challengeOf(noncePoint: Uint8Array, publicKey: Uint8Array): bigint {
  const tag = new TextEncoder().encode(`${DOMAIN}.v1.challenge`);
  const parts = [tag, noncePoint, publicKey, MESSAGE];
  const preimage = Buffer.concat(parts.flatMap((part) => [littleEndian64(part.length), part]));
  return scalarValue(Uint8Array.from(createHash('blake2b512').update(preimage).digest())) % ORDER;
}

function littleEndian64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
