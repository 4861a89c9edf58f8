/** The roles that an address or a person can have. New ones come last: databases keep their names. */
export const ROLES = ['user', 'read_all', 'write', 'payment_wallet', 'super_admin', 'support', 'finance'] as const;
export type Role = (typeof ROLES)[number];

/** What a role is for, in the words of the tool, the interface and the page People. */
export interface RoleDescription {
  /** As it stands on a page. */
  title: string;
  /** What its holder may do, one sentence for each. */
  may: readonly string[];
}

export const ROLE_DESCRIPTIONS: Readonly<Record<Role, RoleDescription>> = {
  user: { title: 'User', may: ['See the orders, the payments and the balance of their own address.'] },
  read_all: { title: 'Reader', may: ['See all orders, payments, customers, deliveries, events and the audit log.'] },
  write: {
    title: 'Operator',
    may: [
      'Change orders: their price, their customer and their note; cancel them, and mark them as paid.',
      'Credit customers, assign held money, and pay orders from credit.',
      'Set exchange rates, and send again what the shop or a program could not be told.',
    ],
  },
  payment_wallet: { title: 'Payment wallet', may: ['Nothing by itself: it marks the address of a wallet.'] },
  super_admin: {
    title: 'Super admin',
    may: ['Everything, also: invite people, give and take roles, register hot wallets and webhook endpoints.'],
  },
  support: {
    title: 'Support',
    may: [
      'See everything that a reader sees.',
      'Write notes on orders and customers, and copy the link of a customer’s page.',
      'Ask for refunds, and approve those within their limit.',
    ],
  },
  finance: {
    title: 'Finance',
    may: [
      'See everything that a reader sees, and the reports.',
      'Ask for refunds and payouts, and approve those that others have asked for.',
      'Stop all payouts, and let them go on.',
    ],
  },
};

/** The roles that a person can have, each of which opens the console; the others only mark addresses. */
export const PERSON_ROLES = ['support', 'finance', 'read_all', 'write', 'super_admin'] as const satisfies Role[];

export function opensConsole(roles: Iterable<Role>): boolean {
  return [...roles].some((role) => (PERSON_ROLES as readonly Role[]).includes(role));
}

/** The roles that are included in another one. */
const INCLUDED: Readonly<Partial<Record<Role, readonly Role[]>>> = { support: ['read_all'], finance: ['read_all'] };

export function isRole(text: unknown): text is Role {
  return (ROLES as readonly unknown[]).includes(text);
}

/** The roles with those that they include. */
export function withIncluded(roles: Iterable<Role>): Set<Role> {
  return new Set([...roles].flatMap((role) => [role, ...(INCLUDED[role] ?? [])]));
}

/** Whether a caller may do what any one of these roles may; everyone, if there are none. A super admin may do everything. */
export function mayActAs(held: ReadonlySet<string>, anyOf: readonly string[]): boolean {
  return anyOf.length === 0 || held.has('super_admin') || anyOf.some((role) => held.has(role));
}
