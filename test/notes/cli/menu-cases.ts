import type { MenuCase } from '#test/cli/menus.ts';

/** The entries of notes in the admin menu: they are chosen in this order. */
export const admin: readonly MenuCase[] = [
  {
    label: 'Add a note to an order',
    answers: ['rang twice', '7001'],
    shows: /Number: +1\nOrder: +7001\n[\s\S]*rang twice/,
  },
  { label: 'Add a note to a customer', answers: ['kind', '74'], shows: /Number: +2\nCustomer: +74\n[\s\S]*kind/ },
  { label: 'Notes on an order', answers: ['7001'], shows: /rang twice/ },
  { label: 'Notes on a customer', answers: ['74'], shows: /kind/ },
  { label: 'Strike out a note', answers: ['2', 'rude'], shows: /Struck out: +\S+[\s\S]*Because: +rude/ },
];
