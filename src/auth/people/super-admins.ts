import { roleRepository } from '#auth/store/roles.ts';
import { staffRepository } from '#auth/store/staff.ts';
import type { Transaction } from '#platform/database/store.ts';

/** Whether anyone can give roles: an address, or a person who is registered. */
export async function isSuperAdminLeft(tx: Transaction): Promise<boolean> {
  return (await tx.use(roleRepository).isHeld('super_admin')) || (await tx.use(staffRepository).isHeld('super_admin'));
}
