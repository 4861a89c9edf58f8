import type { Payout, PayoutConditions, Refund, RefundPreview, RefundQuote } from './types.ts';

/** The shapes of refunds and payouts in HTTP routes, events and the audit log. Amounts in µT. */

export type RefundView = ReturnType<typeof refundView>;
export type PayoutView = ReturnType<typeof payoutView>;

export function refundView(refund: Refund) {
  return {
    number: refund.ordinal,
    id: refund.id,
    order_id: refund.orderId,
    customer_id: refund.customerId,
    kind: refund.kind,
    amount: refund.amount,
    rate: refund.rate,
    shop_amount: refund.shopAmount,
    currency: refund.currency,
    reason: refund.reason,
    visible_to_customer: refund.visibleToCustomer,
    record_in_shop: refund.recordInShop,
    shop_refund_id: refund.shopRefundId,
    origin: refund.origin,
    state: refund.state,
    address: refund.address?.address ?? null,
    address_proven: refund.address?.proven ?? false,
    address_from: refund.address?.from ?? null,
    requested_by: refund.requestedBy,
    approved_by: refund.approvedBy,
    approved_at: refund.approvedAt?.toISOString() ?? null,
    needs_approval: refund.needsApproval,
    approval_hash: refund.approvalHash,
    payout_id: refund.payoutId,
    end_reason: refund.endReason,
    created_at: refund.createdAt.toISOString(),
    updated_at: refund.updatedAt.toISOString(),
  };
}

export function payoutView(payout: Payout) {
  return {
    number: payout.ordinal,
    id: payout.id,
    kind: payout.kind,
    refund_id: payout.refundId,
    order_id: payout.orderId,
    address: payout.address,
    amount: payout.amount,
    reason: payout.reason,
    state: payout.state,
    requested_by: payout.requestedBy,
    approved_by: payout.approvedBy,
    approved_at: payout.approvedAt?.toISOString() ?? null,
    approval_hash: payout.approvalHash,
    leased_by: payout.leasedBy,
    lease_until: payout.leaseUntil?.toISOString() ?? null,
    started_at: payout.startedAt?.toISOString() ?? null,
    txid: payout.txid,
    sent_at: payout.sentAt?.toISOString() ?? null,
    confirmed_at: payout.confirmedAt?.toISOString() ?? null,
    problem: payout.problem,
    created_at: payout.createdAt.toISOString(),
    updated_at: payout.updatedAt.toISOString(),
  };
}

export function previewView(preview: RefundPreview) {
  return {
    order_id: preview.orderId,
    kind: preview.kind,
    amount: preview.amount,
    rate: preview.rate,
    shop_amount: preview.shopAmount,
    currency: preview.currency,
    address: preview.address?.address ?? null,
    address_proven: preview.address?.proven ?? false,
    address_from: preview.address?.from ?? null,
    needs_approval: preview.needsApproval,
  };
}

export function quoteView(quote: RefundQuote) {
  const { payer, limits } = quote;
  return {
    order_id: quote.orderId,
    name: quote.name,
    customer_id: quote.customerId,
    status: quote.status,
    price: quote.price,
    shop_price: quote.shopPrice,
    currency: quote.currency,
    refunded: quote.refunded,
    rest: quote.rest,
    shop_rest: quote.shopRest,
    rest_today: quote.restToday,
    surplus: quote.surplus,
    own_surplus: quote.ownSurplus,
    late: quote.late,
    order_rate: quote.orderRate,
    today_rate: quote.todayRate,
    payer: { order: payer.order, surplus: payer.surplus, late: payer.late },
    limits: {
      per_person: limits.perPerson,
      left_of_person: limits.leftOfPerson,
      per_day: limits.perDay,
      left_of_day: limits.leftOfDay,
    },
    refunds: quote.refunds.map(refundView),
  };
}

export function conditionsView(conditions: PayoutConditions) {
  return {
    is_stopped: conditions.isStopped,
    stop_reason: conditions.stopReason,
    stopped_by: conditions.stoppedBy,
    stopped_at: conditions.stoppedAt?.toISOString() ?? null,
    refund_limit: conditions.refundLimit,
    daily_limit: conditions.dailyLimit,
    approved_today: conditions.approvedToday,
    cold_address: conditions.coldAddress,
  };
}
