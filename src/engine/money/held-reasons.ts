import type { HeldRow } from '#engine/store/held-money.ts';

/** Why money has paid no order yet, and what can be done about it (docs/money.md). */

/** Why an amount has paid no order yet. */
export const HELD_REASONS = [
  /** It is not confirmed on the chain. */
  'unconfirmed',
  /** It came for an order that could no longer be paid. */
  'late',
  /** It names no order that is known, and nobody has signed for the account that it came from. */
  'unclaimed_sender',
  /** The same, and it came from no wallet's address. */
  'no_sender',
  /** Only its confirmation has come, which says no amount. */
  'early_confirmation',
  /** It is there for an order whose price it does not reach. */
  'short',
  /** It was left over, and waits for the next order. */
  'surplus',
] as const;
export type HeldReason = (typeof HELD_REASONS)[number];

/** What can be done about it, as a sentence for operators. */
export const HELD_ADVICE: Readonly<Record<HeldReason, string>> = {
  unconfirmed: 'Wait for its confirmation.',
  late: 'It is credit of the customer whose order it named, and pays the next order. Assign it, or pay it back.',
  unclaimed_sender: 'Assign it to an order or a customer once you know whose it is. It pays nothing by itself.',
  no_sender: 'Assign it to an order or a customer once you know whose it is. It pays nothing by itself.',
  early_confirmation: 'Its payment has not been reported. Look whether the hot wallet reports to this server.',
  short: 'The rest of the price is missing. It pays the order as soon as that comes.',
  surplus: 'It pays the next order. Assign it, or pay it back.',
};

export interface HeldMoney {
  row: HeldRow;
  reason: HeldReason;
}

/** The reason, from what is known of the money. */
export function reasonFor({ state, ownerKind, isLate, isAccountTrusted, hasAccount }: HeldRow): HeldReason {
  if (state === 'early_confirmation') return 'early_confirmation';
  if (state === 'received') return 'unconfirmed';
  if (ownerKind === 'order') return 'short';
  if (ownerKind === 'customer') return isLate ? 'late' : 'surplus';
  if (ownerKind === 'account' && isAccountTrusted) return 'surplus';
  return hasAccount ? 'unclaimed_sender' : 'no_sender';
}
