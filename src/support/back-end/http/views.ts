import type { HeldMoney } from '#engine/money/held-reasons.ts';
import type { Order } from '#engine/store/orders.ts';
import type { Payout } from '#payouts/types.ts';
import type { Agreement } from '#pull-payments/types.ts';
import { addressOfAccount, addressToBase58 } from '#tari/address.ts';

/** The shapes of the documented back end: its fields first, ours beside them. Amounts are whole µT. */

export const MONEY = { currency: 'XTM', unit: 'uT' } as const;

export function checkoutView(order: Order, accountId: string, refundReason?: string | null) {
  return {
    checkout_id: order.orderId,
    account_id: accountId,
    create_time: order.createdAt.toISOString(),
    state: order.status,
    amount: order.totalPrice,
    ...MONEY,
    payer: { customer_id: order.customerId },
    payment_method: order.claimedBy && {
      type: 'wallet',
      id: addressToBase58(addressOfAccount(order.claimedBy)),
    },
    refund: {
      amount_refunded: order.refunded,
      ...(refundReason !== undefined && { refund_reason: refundReason }),
    },
    short_description: order.altId,
    original_price: order.originalPrice,
    original_currency: order.currency,
  };
}

export function payerCheckoutView(order: Order, accountId: string) {
  return {
    checkout_id: order.orderId,
    account_id: accountId,
    create_time: order.createdAt.toISOString(),
    amount: order.totalPrice,
    ...MONEY,
    credit_card_id: order.claimedBy && addressToBase58(addressOfAccount(order.claimedBy)),
    state: order.status,
    customer_id: order.customerId,
  };
}

export function withdrawalView(payout: Payout, accountId: string) {
  return {
    withdrawal_id: payout.id,
    account_id: accountId,
    amount: payout.amount,
    ...MONEY,
    state: payout.state,
    withdrawal_data: {
      create_time: payout.createdAt.toISOString(),
      capture_time: payout.confirmedAt?.toISOString() ?? null,
    },
    destination: payout.address,
    kind: payout.kind,
    checkout_id: payout.orderId,
    txid: payout.txid,
    note: payout.reason,
  };
}

/** Money that waits has no day on which it is let go: it waits for what its advice names. */
export function reserveLineView({ row, reason }: HeldMoney, advice: string) {
  return {
    time: null,
    amount: row.amount,
    reason,
    advice,
    since: row.since.toISOString(),
    txid: row.txid,
    checkout_id: row.orderId,
    customer_id: row.customerId,
  };
}

export function preapprovalView({ id, state, terms, createdAt }: Agreement) {
  return {
    preapproval_id: id,
    create_time: createdAt.toISOString(),
    period: terms.interval,
    auto_recur: terms.cycles > 1,
    state,
    // A pull pointer is held by a program: its payer has no page of it.
    manage_uri: null,
    // In the smallest unit of its own asset, which may be none of Tari's.
    amount: String(terms.amount),
    currency: terms.asset.code,
    scale: terms.asset.scale,
    reference: terms.reference,
    end_time: terms.expiryAt?.toISOString() ?? null,
  };
}
