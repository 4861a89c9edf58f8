import type { Transaction } from '#platform/database/store.ts';
import { formatTari, type MicroTari, microTari } from '#tari/micro-tari.ts';
import type { PayoutContext } from './context.ts';
import { refundRepository } from './store/refunds.ts';
import type { LeftOfLimits, RefundAddress, RefundKind, RefundOrigin } from './types.ts';

/** How much may go out without a second person. A day is one of UTC. */

export function startOfDay(now: Date): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()));
}

export async function leftOfLimits(
  tx: Transaction,
  { settings }: Pick<PayoutContext, 'settings'>,
  person: string,
  now: Date,
): Promise<LeftOfLimits> {
  const since = startOfDay(now);
  const { refundLimit, payoutDailyLimit } = settings;
  const ofPerson = await tx.use(refundRepository).refundedAloneSince(since, person);
  const ofAll = await tx.use(refundRepository).approvedSince(since);
  return {
    perPerson: refundLimit,
    leftOfPerson: leftOf(refundLimit, ofPerson),
    perDay: payoutDailyLimit,
    leftOfDay: leftOf(payoutDailyLimit, ofAll),
  };
}

function leftOf(limit: MicroTari, used: MicroTari): MicroTari {
  return microTari(used < limit ? limit - used : 0n);
}

/** Why a second person must approve a refund, as sentences; null if none must. */
export function reasonsForApproval(
  {
    amount,
    kind,
    address,
    origin,
  }: { amount: MicroTari; kind: RefundKind; address: RefundAddress | null; origin: RefundOrigin },
  { perPerson, leftOfPerson, leftOfDay, perDay }: LeftOfLimits,
): string | null {
  const reasons: string[] = [];
  if (origin === 'shop') reasons.push('The shop asks for it.');
  if (origin === 'customer' && kind !== 'surplus' && kind !== 'late') reasons.push('Its customer asks for it.');
  if (address !== null && !address.proven) reasons.push(ADDRESS_REASONS[address.from]);
  if (amount > perPerson) reasons.push(`It is above the limit of ${formatTari(perPerson)} for one refund.`);
  else if (amount > leftOfPerson) {
    reasons.push(`With it the same person would have refunded more than ${formatTari(perPerson)} today.`);
  }
  if (amount > leftOfDay) reasons.push(`With it more than ${formatTari(perDay)} would go out today.`);
  return reasons.length === 0 ? null : reasons.join(' ');
}

const ADDRESS_REASONS = {
  payer: 'No signature proves that the address is the customer’s.',
  customer: 'The customer has entered the address, and no signature proves it.',
  operator: 'An operator has entered the address.',
} as const;
