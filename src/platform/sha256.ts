import { createHash } from 'node:crypto';

/** The SHA-256 of a text's UTF-8, as 64 hex characters. */
export function sha256Hex(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
