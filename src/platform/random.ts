import { randomBytes } from 'node:crypto';
import type { RandomBytes } from '#tari/schnorr.ts';

/** Cryptographically secure random bytes. */
export const systemRandomBytes: RandomBytes = (length) => new Uint8Array(randomBytes(length));

/** A UUID of version 4. @param randomBytes cryptographically secure where the UUID must not be guessed. */
export function newUuid(randomBytes: (length: number) => Uint8Array): string {
  const bytes = Buffer.from(randomBytes(16));
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
