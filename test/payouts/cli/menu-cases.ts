import type { MenuCase } from '#test/cli/menus.ts';

/** The entries of refunds and payouts in the admin menu: they are chosen in this order. */
export const admin: readonly MenuCase[] = [
  { label: 'Refunds', shows: 'None.' },
  { label: 'One refund', answers: ['refund-1-6b5e79c715a74a08'], shows: /failed: There is no refund/ },
  { label: 'What can be refunded of an order', answers: ['7001'], shows: /Given back: +0\.000000 XTM/ },
  { label: 'Refund an order', answers: ['7001', 'it broke'], shows: /failed: This cannot be refunded\./ },
  {
    label: 'Refund a part of an order',
    answers: ['7001', '1.00', 'it broke'],
    shows: /failed: This cannot be refunded\./,
  },
  { label: 'Approve a refund', answers: ['refund-1-6b5e79c715a74a08'], shows: /failed: There is no refund/ },
  { label: 'Cancel a refund', answers: ['refund-1-6b5e79c715a74a08', 'no'], shows: /failed: There is no refund/ },
  { label: 'Payouts', shows: 'None.' },
  { label: 'One payout', answers: ['payout-1-6b5e79c715a74a08'], shows: /failed: There is no payout/ },
  {
    label: 'A payout was sent',
    answers: ['payout-1-6b5e79c715a74a08', '77', 'seen'],
    shows: /failed: There is no payout/,
  },
  {
    label: 'A payout was not sent',
    answers: ['payout-1-6b5e79c715a74a08', 'not seen'],
    shows: /failed: There is no payout/,
  },
  { label: 'State of payouts', shows: /Payouts: +going on/ },
  { label: 'Stop all payouts', answers: ['lost'], shows: 'Payouts are stopped.' },
  { label: 'Let payouts go on', answers: ['found'], shows: 'Payouts are going on.' },
  {
    label: 'Sweep earnings',
    answers: ['november', ''],
    more: [['Do it?', 'y']],
    shows: /failed: This cannot be swept\. TPG_COLD_ADDRESS is not set\./,
  },
  { label: 'Approve a sweep', answers: ['payout-1-6b5e79c715a74a08'], shows: /failed: There is no payout/ },
  { label: 'Cancel a sweep', answers: ['payout-1-6b5e79c715a74a08', 'no'], shows: /failed: There is no payout/ },
];
