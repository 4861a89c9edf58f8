import type { MenuCase } from '#test/cli/menus.ts';

/** The entries of pull payments in the admin menu: they are chosen in this order. An empty answer takes what is offered first. */
export const admin: readonly MenuCase[] = [
  {
    label: 'Make a pull pointer',
    answers: ['10500000', 'XRP', '6', 'P1M', '12', 'y'],
    shows: /State: +active\nAmount: +10500000 \(10\.5 XRP\)\nEvery: +P1M\nCycle: +1 of 12\nLost if not pulled: +yes/,
  },
  { label: 'Pull pointers', shows: /active +10500000 +XRP\/6 +P1M +1 of 12/ },
  { label: 'One pull pointer', answers: [''], shows: /Available: +10500000 \(10\.5 XRP\)[\s\S]*\nTerms\n/ },
  { label: 'Pulls of a pull pointer', answers: [''], shows: 'None.' },
  { label: 'Packets of a pull pointer', answers: [''], shows: 'None.' },
  { label: 'Packets without an outcome', shows: 'None.' },
  { label: 'Pushes', shows: 'None.' },
  {
    label: 'Change a pull pointer',
    answers: ['', '12000000', 'a larger machine'],
    shows: /Amount: +12000000 \(12 XRP\)/,
  },
  { label: 'Pause a pull pointer', answers: ['', 'not paid'], shows: /State: +paused[\s\S]*Why nothing: +paused/ },
  { label: 'Resume a pull pointer', answers: ['', 'paid'], shows: /State: +active/ },
  {
    label: 'Resolve a packet',
    answers: ['99', 'rejected', 'the books'],
    more: [['Do it?', 'y']],
    shows: /failed: There is no packet 99\./,
  },
  { label: 'Cancel a pull pointer', answers: ['', 'ended'], more: [['Do it?', 'y']], shows: /State: +\S*cancelled/ },
];
