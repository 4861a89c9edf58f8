import type { Transaction } from '#platform/database/store.ts';
import { payoutRepository } from './store/payouts.ts';
import { refundRepository } from './store/refunds.ts';

/** What a refund or a sweep is about, for those who list its money. */
export interface OutDestination {
  orderId: string | null;
  /** Base58; null while it is not known. */
  address: string | null;
  reason: string;
}

/** Undefined for an id that is of neither. */
export async function destinationOfOut(
  tx: Transaction,
  kind: 'refund' | 'sweep',
  id: string,
): Promise<OutDestination | undefined> {
  if (kind === 'sweep') {
    const sweep = await tx.use(payoutRepository).find(id);
    return sweep && { orderId: null, address: sweep.address, reason: sweep.reason };
  }
  const refund = await tx.use(refundRepository).find(id);
  return refund && { orderId: refund.orderId, address: refund.address?.address ?? null, reason: refund.reason };
}
