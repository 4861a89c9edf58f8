import type { Visitor } from '#platform/http/pages/visitors.ts';
import { maySee, READERS } from '#support/http/page.ts';

/** What stands in the navigation. A page that a visitor may not see is left out. */

export interface NavigationEntry {
  to: string;
  label: string;
  roles: readonly string[];
}

const GROUPS: readonly (readonly NavigationEntry[])[] = [
  [
    { to: '/', label: 'Today', roles: READERS },
    { to: '/orders', label: 'Orders', roles: READERS },
    { to: '/customers', label: 'Customers', roles: READERS },
    { to: '/payments', label: 'Payments', roles: READERS },
    { to: '/held', label: 'Held money', roles: READERS },
    { to: '/refunds', label: 'Refunds', roles: READERS },
    { to: '/payouts', label: 'Payouts', roles: READERS },
    { to: '/deliveries', label: 'Deliveries', roles: READERS },
  ],
  [
    { to: '/rates', label: 'Rates', roles: READERS },
    { to: '/wallets', label: 'Wallets', roles: READERS },
    { to: '/pull-pointers', label: 'Pull pointers', roles: READERS },
    { to: '/people', label: 'People', roles: ['super_admin'] },
    { to: '/audit-log', label: 'Audit log', roles: READERS },
    { to: '/settings', label: 'Settings', roles: READERS },
  ],
];

export function navigationOf(visitor: Visitor): readonly (readonly NavigationEntry[])[] {
  return GROUPS.map((entries) => entries.filter(({ roles }) => maySee(visitor, roles))).filter(
    ({ length }) => length > 0,
  );
}
