import { randomBytes } from 'node:crypto';
import type { RandomBytes } from '#tari/schnorr.ts';

/** Cryptographically secure random bytes. */
export const systemRandomBytes: RandomBytes = (length) => new Uint8Array(randomBytes(length));
