import { amountOut, journalSums } from '#engine/money/giving-back.ts';
import { type BookCheck, type BookDifference, MAX_BOOK_DIFFERENCES } from '#platform/books.ts';
import type { Transaction } from '#platform/database/store.ts';
import { approvalHashOf } from './approval-hash.ts';
import { REFUND_STATE_OF } from './refund-changes.ts';
import { type KeptPayout, payoutRepository } from './store/payouts.ts';
import { refundRepository } from './store/refunds.ts';
import type { Refund } from './types.ts';

/** Rows that are read at once. */
const AT_ONCE = 500;

/** The reconciliation of refunds and payouts: each against the journal of money that goes out. */
export const bookChecks: readonly BookCheck[] = [
  { title: 'refunds', look: lookAtRefunds },
  { title: 'payouts', look: lookAtPayouts },
  { title: 'the journal of payouts', look: lookAtJournal },
];

async function lookAtRefunds(tx: Transaction): Promise<BookDifference[]> {
  const found = new Differences();
  let after: bigint | undefined;
  for (;;) {
    const refunds = await tx.use(refundRepository).page({}, after, AT_ONCE, 'asc');
    for (const refund of refunds) await lookAtRefund(tx, refund, found);
    after = refunds.at(-1)?.ordinal;
    if (after === undefined || refunds.length < AT_ONCE || found.isFull) return found.list;
  }
}

/** Its money is out exactly as long as it may be paid or was. What is approved has a payout of the same amount and address. */
async function lookAtRefund(tx: Transaction, refund: Refund, found: Differences): Promise<void> {
  const { id, state, amount, address, approvalHash } = refund;
  const isBack = state === 'cancelled' || state === 'failed';
  found.compare('refund_out', id, isBack ? 0n : amount, await amountOut(tx, id));
  if (address !== null) {
    const hash = approvalHashOf({ id, amount, address: address.address });
    found.compare('refund_approval', id, 1n, approvalHash === hash ? 1n : 0n);
  }
  const payout = await tx.use(payoutRepository).findByRefund(id);
  if (payout === undefined) {
    const isUnpaid = state === 'waiting_for_address' || state === 'waiting_for_approval' || state === 'cancelled';
    found.compare('refund_payout', id, isUnpaid ? 0n : 1n, 0n);
    return;
  }
  found.compare('refund_payout', id, amount, payout.amount);
  found.compare('refund_address', id, 1n, payout.address === address?.address ? 1n : 0n);
  found.compare('refund_state', id, 1n, REFUND_STATE_OF[payout.state] === state ? 1n : 0n);
}

async function lookAtPayouts(tx: Transaction): Promise<BookDifference[]> {
  const found = new Differences();
  let after: bigint | undefined;
  for (;;) {
    const payouts = await tx.use(payoutRepository).page({}, after, AT_ONCE, 'asc');
    for (const payout of payouts) await lookAtPayout(tx, payout, found);
    after = payouts.at(-1)?.ordinal;
    if (after === undefined || payouts.length < AT_ONCE || found.isFull) return found.list;
  }
}

async function lookAtPayout(tx: Transaction, payout: KeptPayout, found: Differences): Promise<void> {
  const { id, kind, state, amount, address, approvalHash, requestedBy, approvedBy } = payout;
  const hash = approvalHashOf({ id, amount, address });
  found.compare('payout_approval', id, 1n, approvalHash === hash ? 1n : 0n);
  if (kind === 'refund') return;
  const isBack = state === 'cancelled' || state === 'failed';
  found.compare('sweep_out', id, isBack ? 0n : amount, await amountOut(tx, id));
  // A sweep is always approved by a second person.
  found.compare('sweep_approver', id, 0n, approvedBy === requestedBy ? 1n : 0n);
}

/** Each entry is of a refund or of a sweep that exists. */
async function lookAtJournal(tx: Transaction): Promise<BookDifference[]> {
  const found = new Differences();
  let after = '';
  for (;;) {
    const sums = await journalSums(tx, after, AT_ONCE);
    for (const { outId, kind, amount } of sums) {
      const known =
        kind === 'refund' ? await tx.use(refundRepository).find(outId) : await tx.use(payoutRepository).find(outId);
      if (known === undefined) found.compare('payout_entry', outId, 0n, amount === 0n ? 1n : amount);
    }
    after = sums.at(-1)?.outId ?? '';
    if (sums.length < AT_ONCE || found.isFull) return found.list;
  }
}

class Differences {
  readonly list: BookDifference[] = [];

  get isFull(): boolean {
    return this.list.length >= MAX_BOOK_DIFFERENCES;
  }

  compare(check: string, subject: string, expected: bigint, found: bigint): void {
    if (expected !== found && !this.isFull) this.list.push({ check, subject, expected, found });
  }
}
