import type { PaperOrder, PaperPayment } from './records.ts';

/** What becomes of payments to orders' own addresses: each is to come up, from each rail. */

export const RAILS = ['wallet', 'chain'] as const;
export type Rail = (typeof RAILS)[number];

const ENDS = [
  'comes before its order',
  'is confirmed before its order comes',
  'is its customer’s own',
  'is a stranger’s',
  'is nobody’s',
  'is another one for its order',
  'is short',
  'is what was missing',
  'is too much',
  'is late, for a Paid order',
  'is late, for an Expired order',
  'is late, for a Cancelled order',
] as const;

export type AddressOutcome = `to an order’s address, by the ${Rail}: ${(typeof ENDS)[number]}`;

export const ADDRESS_OUTCOMES: readonly AddressOutcome[] = RAILS.flatMap((rail) =>
  ENDS.map((end) => `to an order’s address, by the ${rail}: ${end}` as const),
);

/** What a payment that is confirmed is to its order. */
export function endsOf(
  payment: PaperPayment,
  order: PaperOrder | undefined,
  { isCustomers, before, missing }: { isCustomers: boolean; before: number; missing: number },
): (typeof ENDS)[number][] {
  if (order === undefined) return ['is confirmed before its order comes'];
  const whose = payment.account === null ? 'is nobody’s' : isCustomers ? 'is its customer’s own' : 'is a stranger’s';
  if (order.state === 'Paid' || order.state === 'Expired' || order.state === 'Cancelled') {
    const article = order.state === 'Expired' ? 'an' : 'a';
    return [whose, `is late, for ${article} ${order.state} order` as (typeof ENDS)[number]];
  }
  const { amount } = payment;
  const size = amount < missing ? 'is short' : amount === missing ? 'is what was missing' : 'is too much';
  return [whose, size, ...(before > 0 ? (['is another one for its order'] as const) : [])];
}

export function addressOutcome(rail: Rail, end: (typeof ENDS)[number]): AddressOutcome {
  return `to an order’s address, by the ${rail}: ${end}`;
}
