import { type GivablePart, partsOut, putBack, takeSweepBack } from '#engine/money/giving-back.ts';
import { Ledger } from '#engine/money/ledger.ts';
import { payFromCredit } from '#engine/money/settlement.ts';
import { findOrder } from '#engine/order-lookup.ts';
import type { Transaction } from '#platform/database/store.ts';
import { appendEvent } from '#platform/outbox/append-event.ts';
import type { Events } from '#platform/outbox/events.ts';
import { approvalHashOf } from './approval-hash.ts';
import type { PayoutContext } from './context.ts';
import { DomainError } from './errors.ts';
import type { PAYOUT_EVENTS } from './events.ts';
import { type KeptPayout, type PayoutChange, payoutRepository } from './store/payouts.ts';
import { type RefundChange, refundRepository } from './store/refunds.ts';
import type { Payout, PayoutState, Refund, RefundState } from './types.ts';
import { payoutView, refundView } from './views.ts';

/** Changes of refunds and payouts that several use cases make, each inside its caller's unit of work. */
export class PayoutWork {
  readonly tx: Transaction;
  readonly now: Date;
  readonly context: PayoutContext;

  constructor(tx: Transaction, now: Date, context: PayoutContext) {
    this.tx = tx;
    this.now = now;
    this.context = context;
  }

  /** @throws {DomainError} `refund_not_found` */
  async refundOf(id: string): Promise<Refund> {
    const refund = await this.tx.use(refundRepository).find(id);
    if (refund === undefined) throw new DomainError('refund_not_found', id);
    return refund;
  }

  /** @throws {DomainError} `payout_not_found` */
  async payoutOf(id: string): Promise<KeptPayout> {
    const payout = await this.tx.use(payoutRepository).find(id);
    if (payout === undefined) throw new DomainError('payout_not_found', id);
    return payout;
  }

  /** The parts of payments that a refund has taken. */
  partsOf(refund: Refund): Promise<GivablePart[]> {
    return partsOut(this.tx, refund.id);
  }

  changeRefund(refund: Refund, change: RefundChange): Promise<Refund> {
    return this.tx.use(refundRepository).change(refund, change, this.now);
  }

  /** Makes the payout of a refund that was just approved. @param tag makes its id unique beyond this database. */
  async enterPayout(refund: Refund, tag: string): Promise<KeptPayout> {
    const { address, amount } = refund;
    if (address === null) throw new Error(`Refund ${refund.id} has no address`);
    return this.tx.use(payoutRepository).insert(
      {
        kind: 'refund',
        refundId: refund.id,
        orderId: refund.orderId,
        address: address.address,
        amount,
        reason: refund.reason,
        state: 'approved',
        requestedBy: refund.requestedBy,
        approvedBy: refund.approvedBy,
        approvedAt: refund.approvedAt,
        createdAt: this.now,
      },
      (ordinal) => {
        const id = `payout-${ordinal}-${tag}`;
        return { id, approvalHash: approvalHashOf({ id, amount, address: address.address }) };
      },
    );
  }

  /** Changes a payout, and its refund with it. */
  async changePayout(payout: KeptPayout, change: PayoutChange): Promise<KeptPayout> {
    const changed = await this.tx.use(payoutRepository).change(payout, change, this.now);
    if (payout.refundId === null || changed.state === payout.state) return changed;
    const refund = await this.refundOf(payout.refundId);
    const state = REFUND_STATE_OF[changed.state];
    if (state !== refund.state) await this.changeRefund(refund, { state });
    return changed;
  }

  /** Brings the money of a payout that was never sent back into the books. @throws {DomainError} `refund_money_moved` */
  async returnMoney({ id, refundId }: Payout, endReason: string): Promise<void> {
    if (refundId === null) return takeSweepBack(this.tx, id, this.now);
    const refund = await this.changeRefund(await this.refundOf(refundId), { endReason });
    await this.putBack(refund);
  }

  /**
   * Puts the money of a refund that was never sent back, and pays the orders that it then pays.
   * @throws {DomainError} `refund_money_moved`
   */
  async putBack(refund: Refund): Promise<void> {
    const { tx, now } = this;
    const order = await findOrder(tx, refund.orderId, true);
    const back = await putBack(tx, { refundId: refund.id, order, customerId: refund.customerId }, now);
    if ('inTheWay' in back) throw new DomainError('refund_money_moved', back.inTheWay);
    if (back.credited > 0n) await payFromCredit(new Ledger(tx, now, this.context.ledger), refund.customerId);
  }

  announceRefund(type: RefundEventType, refund: Refund): Promise<unknown> {
    return this.#append(type, refund.orderId, { refund: refundView(refund) });
  }

  async announcePayout(type: PayoutEventType, payout: Payout): Promise<void> {
    const refund = payout.refundId === null ? undefined : await this.tx.use(refundRepository).find(payout.refundId);
    const subject = payout.orderId ?? payout.id;
    await this.#append(type, subject, {
      payout: payoutView(payout),
      refund: refund === undefined ? null : refundView(refund),
    });
  }

  #append<Type extends (typeof PAYOUT_EVENTS)[number]>(type: Type, subject: string, payload: Events[Type]) {
    return appendEvent(this.tx, this.context.subscriptions, { type, subject, payload, at: this.now });
  }
}

/** The state of a refund by that of its payout. */
export const REFUND_STATE_OF: Readonly<Record<PayoutState, RefundState>> = {
  waiting_for_approval: 'waiting_for_approval',
  approved: 'approved',
  leased: 'paying',
  unknown: 'paying',
  sent: 'paid',
  confirmed: 'confirmed',
  failed: 'failed',
  cancelled: 'cancelled',
};

type RefundEventType = 'RefundRequested' | 'RefundAddressSet' | 'RefundApproved' | 'RefundCancelled';
type PayoutEventType = Exclude<(typeof PAYOUT_EVENTS)[number], RefundEventType>;
