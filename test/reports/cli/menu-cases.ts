import type { MenuCase } from '#test/cli/menus.ts';

/** The entries of reports in the admin menu: they are chosen in this order. */
export const admin: readonly MenuCase[] = [
  { label: 'Report on orders', answers: ['all'], shows: /Order +Name/ },
  { label: 'Report on money', answers: ['all'], shows: /From 2000-01-01/ },
  { label: 'Sums of orders', answers: ['all'], shows: /State +Orders/ },
  { label: 'Sums of money', answers: ['all'], shows: /From 2000-01-01/ },
];
