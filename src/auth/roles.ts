/** The roles that an address can have. */
export const ROLES = ['user', 'read_all', 'write', 'payment_wallet', 'super_admin'] as const;
export type Role = (typeof ROLES)[number];

export function isRole(text: unknown): text is Role {
  return (ROLES as readonly unknown[]).includes(text);
}

/** A super admin may do everything. */
export function mayActAs(held: ReadonlySet<Role>, needed: readonly string[]): boolean {
  return held.has('super_admin') || needed.every((role) => held.has(role as Role));
}
