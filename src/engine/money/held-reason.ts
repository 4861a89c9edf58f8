/** Why an amount is held, having paid no order yet. */
export const HELD_REASONS = [
  /** It is not confirmed on the chain. */
  'unconfirmed',
  /** It came for an order that could no longer be paid. */
  'late',
  /** It names no known order, and no signature authorises the account that it came from. */
  'unclaimed_sender',
  /** The same, but its sender is not a wallet's address. */
  'no_sender',
  /** Only its confirmation has arrived, which has no amount. */
  'early_confirmation',
  /** It is for an order whose price it does not cover. */
  'short',
  /** It was left over and waits for the next order. */
  'surplus',
] as const;
export type HeldReason = (typeof HELD_REASONS)[number];
