import { bytesEqual, lengthPrefixed, utf8 } from './bytes.ts';
import {
  addPoints,
  blake2b512,
  isCanonicalScalar,
  isSecretKey,
  multiplyAddScalars,
  multiplyBase,
  multiplyPublicKey,
  POINT_LENGTH,
  reduceToScalar,
  SCALAR_LENGTH,
} from './ristretto.ts';

/**
 * Tari's Schnorr signatures over ristretto255 (protocol.md 3). With the domain D, the message m, the key x, P = x·G and
 * the nonce k, R = k·G:  e = H(D, R, P, m), s = k + e·x, and the signature is the 64 bytes R s.
 */

/** Returns that many fresh random bytes. Randomness is a port: the process passes Node's, tests their own. */
export type RandomBytes = (length: number) => Uint8Array;

export const SIGNATURE_LENGTH = POINT_LENGTH + SCALAR_LENGTH;
export const NONCE_RANDOM_LENGTH = 64;

const NONCE_DOMAIN = utf8('tari-payment-server.schnorr.v1.nonce');

/** The public key of 32 bytes of a secret key. Throws RangeError when the secret is not a canonical scalar above 0. */
export function publicKeyOf(secretKey: Uint8Array): Uint8Array {
  requireSecretKey(secretKey);
  return multiplyBase(secretKey);
}

/** A new secret key: a canonical scalar above 0, 32 bytes little-endian. */
export function generateSecretKey(random: RandomBytes): Uint8Array {
  // 64 bytes are reduced rather than 32, so that the keys are practically uniform.
  const secretKey = reduceToScalar(random(64));
  requireSecretKey(secretKey);
  return secretKey;
}

/**
 * Signs the message: 64 bytes R s. `nonce64` are 64 fresh random bytes, never used before. Throws RangeError for an
 * invalid secret key and for random bytes of another length.
 */
export function signSchnorr(
  domain: string,
  message: Uint8Array,
  secretKey: Uint8Array,
  nonce64: Uint8Array,
): Uint8Array {
  return schnorrSigner(secretKey)(domain, message, nonce64);
}

/** Signs as `signSchnorr` does, by one key. */
export type SchnorrSigner = (domain: string, message: Uint8Array, nonce64: Uint8Array) => Uint8Array;

/** The public key, half the cost of a signature, is computed once. It is never given: two for one secret key reveal that. */
export function schnorrSigner(secretKey: Uint8Array): SchnorrSigner {
  requireSecretKey(secretKey);
  const key = Uint8Array.from(secretKey);
  const publicKey = multiplyBase(key);
  return (domain, message, nonce64) => {
    const nonce = hedgedNonce(domain, message, key, nonce64);
    const noncePoint = multiplyBase(nonce);
    const challenge = schnorrChallenge(domain, noncePoint, publicKey, message);
    const signature = new Uint8Array(SIGNATURE_LENGTH);
    signature.set(noncePoint, 0);
    signature.set(multiplyAddScalars(challenge, key, nonce), POINT_LENGTH);
    return signature;
  };
}

/**
 * Verifies the signature of 64 bytes R s by the public key on the message: s·G == R + e·P with s canonical, R and P
 * canonical and P not the identity. Never throws: for any invalid input the result is false.
 */
export function verifySchnorr(
  domain: string,
  message: Uint8Array,
  publicKey: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (publicKey.length !== POINT_LENGTH || signature.length !== SIGNATURE_LENGTH) return false;
  const noncePoint = signature.slice(0, POINT_LENGTH);
  const response = signature.slice(POINT_LENGTH);
  if (!isCanonicalScalar(response)) return false;

  const challenge = schnorrChallenge(domain, noncePoint, publicKey, message);
  const challengeTimesKey = multiplyPublicKey(challenge, publicKey);
  if (challengeTimesKey === undefined) return false;
  const expected = addPoints(noncePoint, challengeTimesKey);
  if (expected === undefined) return false;
  // An encoding is canonical, so equal points are equal bytes (RFC 9496 section 4.3.3).
  return bytesEqual(multiplyBase(response), expected);
}

/** e = Blake2b-512( LE64(|tag|) tag LE64(32) R LE64(32) P LE64(|m|) m ) mod the group order (protocol.md 3). */
function schnorrChallenge(
  domain: string,
  noncePoint: Uint8Array,
  publicKey: Uint8Array,
  message: Uint8Array,
): Uint8Array {
  const tag = utf8(`${domain}.v1.challenge`);
  return reduceToScalar(blake2b512(lengthPrefixed(tag, noncePoint, publicKey, message)));
}

/**
 * The secret nonce k. Reusing a nonce for two messages reveals the key, so k is a hash of the key and the message as well
 * as of the random bytes: even with a stuck random source each message gets its own nonce, which cannot be computed
 * without the key. And the random bytes make two signatures on one message differ, which defeats fault attacks on
 * deterministic nonces.
 */
function hedgedNonce(domain: string, message: Uint8Array, secretKey: Uint8Array, nonce64: Uint8Array): Uint8Array {
  if (nonce64.length !== NONCE_RANDOM_LENGTH) {
    throw new RangeError(`A signature takes ${NONCE_RANDOM_LENGTH} random bytes, not ${nonce64.length}.`);
  }
  return reduceToScalar(blake2b512(lengthPrefixed(NONCE_DOMAIN, secretKey, nonce64, utf8(domain), message)));
}

function requireSecretKey(secretKey: Uint8Array): void {
  if (!isSecretKey(secretKey))
    throw new RangeError('A secret key is 32 bytes: a number from 1 to the group order - 1.');
}
