import { createHash } from 'node:crypto';

/** What an agreement is found by that was made online: the hash of its id. */
export function tokenHashOf(id: string): string {
  return createHash('sha256').update(id).digest('hex');
}
