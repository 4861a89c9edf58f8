/** What wallets may ask for when they take payouts. */

export const MAX_LEASED_AT_ONCE = 100;
/** Long enough for a wallet that is busy, and short enough that another takes over the same day. */
export const DEFAULT_LEASE_MS = 10 * 60_000;
export const MIN_LEASE_MS = 60_000;
export const MAX_LEASE_MS = 7 * 24 * 3_600_000;
