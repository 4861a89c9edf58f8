import { ristretto255 } from '@noble/curves/ed25519.js';
import { blake2b } from '@noble/hashes/blake2.js';
import { lengthPrefixed, utf8 } from '#tari/bytes.ts';

/**
 * The verification of protocol.md 3 written down as plainly as it can be, on @noble/curves. verifySchnorr answers the
 * same in a fraction of the time; this one is what it is held against. Never throws.
 */
export function verifySchnorrReference(
  domain: string,
  message: Uint8Array,
  publicKey: Uint8Array,
  signature: Uint8Array,
): boolean {
  const { Point } = ristretto255;
  if (publicKey.length !== 32 || signature.length !== 64) return false;
  const nonceBytes = signature.slice(0, 32);
  const noncePoint = decodePoint(nonceBytes);
  const keyPoint = decodePoint(publicKey);
  const response = littleEndian(signature.slice(32));
  if (!noncePoint || !keyPoint || keyPoint.is0() || response >= Point.Fn.ORDER) return false;

  const tag = utf8(`${domain}.v1.challenge`);
  const digest = blake2b(lengthPrefixed(tag, nonceBytes, publicKey, message), { dkLen: 64 });
  const challenge = littleEndian(digest) % Point.Fn.ORDER;
  return Point.BASE.multiplyUnsafe(response).equals(noncePoint.add(keyPoint.multiplyUnsafe(challenge)));
}

function decodePoint(bytes: Uint8Array): InstanceType<typeof ristretto255.Point> | undefined {
  try {
    return ristretto255.Point.fromBytes(bytes);
  } catch {
    return undefined;
  }
}

function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}
