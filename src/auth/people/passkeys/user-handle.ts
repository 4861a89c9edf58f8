import { createHash } from 'node:crypto';
import { staffIdOf } from '#auth/people/principal.ts';
import { staffRepository } from '#auth/store/staff.ts';
import type { Transaction } from '#platform/database/store.ts';

/**
 * What a device knows a person by, in base64url: at random for people, so that it tells nothing of them; for wallets it
 * follows from the address, which is no secret.
 */
export async function userHandleOf(tx: Transaction, principal: string): Promise<string> {
  const id = staffIdOf(principal);
  const person = id === undefined ? undefined : await tx.use(staffRepository).find(id);
  return person?.userHandle ?? createHash('sha256').update(`passkeys of ${principal}`).digest('base64url');
}
