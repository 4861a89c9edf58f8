import { sha256Hex } from '#platform/sha256.ts';
import { CODE_BYTES } from './limits.ts';

/** Codes of links and tokens of sessions. Each lets its holder in, so only its SHA-256 is kept; they are random enough for a plain hash. */

const CODE = /^[\w-]{43}$/;

export interface NewCode {
  /** base64url. */
  code: string;
  hash: string;
}

export function newCode(randomBytes: (length: number) => Uint8Array): NewCode {
  const code = Buffer.from(randomBytes(CODE_BYTES)).toString('base64url');
  return { code, hash: sha256Hex(code) };
}

/** Undefined for a text that is no code: it is not even looked for. */
export function hashOfCode(code: string): string | undefined {
  return CODE.test(code) ? sha256Hex(code) : undefined;
}
