import { sha256Hex } from '#platform/sha256.ts';

/** What an agreement is found by: the hash of its id, or of what is signed of a token. */
export function tokenHashOf(text: string): string {
  return sha256Hex(text);
}
