import { randomBytes } from 'node:crypto';
import type { RandomBytes } from '#tari/schnorr.ts';

/** The machine's chance, fit for keys. */
export const systemRandomBytes: RandomBytes = (length) => new Uint8Array(randomBytes(length));
