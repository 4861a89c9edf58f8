import type { HeldRow } from '#engine/store/held-money.ts';
import type { HeldReason } from './held-reason.ts';

/** Why money is held, having paid no order yet, and what an operator can do about it (docs/money.md). */

export { HELD_REASONS, type HeldReason } from './held-reason.ts';

/** Advice for operators. */
export const HELD_ADVICE: Readonly<Record<HeldReason, string>> = {
  unconfirmed: 'Wait for its confirmation.',
  late: 'It is credit of the customer whose order it named, and pays the next order. Assign it, or pay it back.',
  unclaimed_sender: 'Assign it to an order or a customer once you know whose it is. It pays nothing by itself.',
  no_sender: 'Assign it to an order or a customer once you know whose it is. It pays nothing by itself.',
  early_confirmation: 'Its payment has not been reported. Check that the hot wallet reports to this server.',
  short: 'The rest of the price is missing. It pays the order as soon as the rest arrives.',
  surplus: 'It pays the next order. Assign it, or pay it back.',
};

export interface HeldMoney {
  row: HeldRow;
  reason: HeldReason;
}

/** Derives the reason from the state of the money. */
export function reasonFor({ state, ownerKind, isLate, isAccountTrusted, hasAccount }: HeldRow): HeldReason {
  if (state === 'early_confirmation') return 'early_confirmation';
  if (state === 'received') return 'unconfirmed';
  if (ownerKind === 'order') return 'short';
  if (ownerKind === 'customer') return isLate ? 'late' : 'surplus';
  if (ownerKind === 'account' && isAccountTrusted) return 'surplus';
  return hasAccount ? 'unclaimed_sender' : 'no_sender';
}
