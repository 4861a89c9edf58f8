import { createHash } from 'node:crypto';
import type { RandomBytes } from '#interledger/bytes.ts';

/** Random bytes that a seed gives: never the same twice within one source. */
export function randomOf(seed: number): RandomBytes {
  let count = 0;
  return (length) => {
    const parts: Buffer[] = [];
    for (let made = 0; made < length; made += 32) {
      parts.push(createHash('sha256').update(`${seed} ${count++}`).digest());
    }
    return new Uint8Array(Buffer.concat(parts).subarray(0, length));
  };
}

/** A copy in which all bytes are texts of hex, so that two can be compared whatever holds their bytes. */
export function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
}
