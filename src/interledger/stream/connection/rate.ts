import { divideUp, MAX_U64, maxOf, minOf } from '#interledger/bytes.ts';

/** Path exchange rates (RFC 0029, 3.4): what arrives of what is sent, measured by packets of our own. */

/** So many units of the receiver for so many of ours. Both are above 0, but for a rate of zero. */
export interface Rate {
  delivered: bigint;
  sent: bigint;
}

/** Part of the measured rate by which a packet may be worse before it is refused, in percent. The published default. */
const SLIPPAGE_PERCENT = 1n;

/** Part by which receivers take more than they asked for, in percent: that much the published packages tolerate. */
const TOLERANCE_PERCENT = 1n;

/** Three digits, the precision that published senders ask of a rate. */
export const PRECISE = 100n;

/** What arrives of an amount, rounded down as connectors do. */
export function deliveredBy(rate: Rate, amount: bigint): bigint {
  return (amount * rate.delivered) / rate.sent;
}

/** The least that the receiver is to accept for an amount (RFC 0029, 3.4). */
export function minimumFor(rate: Rate, amount: bigint, least: Rate | undefined): bigint {
  const withSlippage = (amount * rate.delivered * (100n - SLIPPAGE_PERCENT)) / (rate.sent * 100n);
  return minOf(maxOf(withSlippage, least === undefined ? 0n : deliveredBy(least, amount)), MAX_U64);
}

/** Whether the rate is below the other. */
export function isBelow(rate: Rate, other: Rate): boolean {
  return rate.delivered * other.sent < other.delivered * rate.sent;
}

/** What a receiver takes at most that asks for an amount: a little more, since rates don't divide. */
export function withTolerance(amount: bigint): bigint {
  return amount + divideUp(amount * TOLERANCE_PERCENT, 100n);
}

/**
 * What has to be sent for the receiver to get an amount: as little more as its units allow, but never so much more that
 * it would refuse. 0 if not even one of our units fits.
 */
export function sentFor(rate: Rate, delivered: bigint): bigint {
  if (rate.delivered === 0n) return 0n;
  const up = divideUp(delivered * rate.sent, rate.delivered);
  if (deliveredBy(rate, up) <= withTolerance(delivered)) return minOf(up, MAX_U64);
  return minOf((delivered * rate.sent) / rate.delivered, MAX_U64);
}
