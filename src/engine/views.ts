import type { MicroTari } from '#tari/micro-tari.ts';
import type { OrderAddress } from '#tari/order-address.ts';
import { HELD_ADVICE, type HeldMoney } from './money/held-reasons.ts';
import { isOpen } from './order-states.ts';
import type { Account } from './store/accounts.ts';
import type { Debtor, OrderTotals } from './store/customers.ts';
import type { SignedClaim } from './store/order-claims.ts';
import type { Order } from './store/orders.ts';
import type { PaidPart } from './store/payment-uses.ts';
import type { Payment } from './store/payments.ts';
import type { SettlementEntry } from './store/settlements.ts';

/**
 * The shapes of `http-api.md` 2 for orders and money, in HTTP routes, events and the audit log.
 * Amounts are whole µT as bigint, which our JSON writes as plain integers. Nullable fields are always present.
 */

export type OrderView = ReturnType<typeof orderView>;
export type PaymentView = ReturnType<typeof paymentView>;

/** @param payTo derives the order's own payment address, which never changes: it is looked up after the order is closed, too. */
export function orderView(order: Order, payTo: OrderAddress) {
  const missing = amountMissing(order);
  return {
    id: order.id,
    order_id: order.orderId,
    alt_id: order.altId,
    customer_id: order.customerId,
    memo: order.memo,
    total_price: order.totalPrice,
    original_price: order.originalPrice,
    currency: order.currency,
    created_at: order.createdAt.toISOString(),
    updated_at: order.updatedAt.toISOString(),
    status: order.status,
    amount_outstanding: order.amountOutstanding,
    amount_missing: missing,
    amount_seen: order.amountSeen,
    pay_to: payTo(order.orderId),
  };
}

export function ordersView(orders: readonly Order[], payTo: OrderAddress) {
  return orders.map((order) => orderView(order, payTo));
}

/**
 * The amount missing until an order is paid, in µT: its price minus its own money and the credit that will be used for it.
 * Null for an order that can't be paid.
 */
export function amountMissing(order: Order): MicroTari | null {
  if (!isOpen(order.status)) return null;
  const missing = order.totalPrice - order.ownMoney - order.usableCredit;
  return (missing > 0n ? missing : 0n) as MicroTari;
}

export function paymentView(payment: Payment) {
  return {
    txid: payment.txid,
    created_at: payment.createdAt.toISOString(),
    updated_at: payment.updatedAt.toISOString(),
    sender: payment.sender,
    amount: payment.amount,
    memo: payment.memo,
    payment_type: payment.paymentType,
    status: payment.status,
    order_id: payment.orderId,
    payment_reference: payment.paymentReference,
    block_height: payment.blockHeight,
  };
}

export function settlementView(entry: SettlementEntry) {
  return {
    id: entry.id,
    created_at: entry.createdAt.toISOString(),
    order_id: entry.orderId,
    payment_address: entry.address,
    settlement_type: entry.settlementType,
    amount: entry.amount,
  };
}

/** An order with its claims, its due time, and the payments that paid it. */
export interface OrderDetails {
  order: Order;
  /** The address of the account that claimed it, in base58. */
  claimant: string | null;
  /** Its signed claims, oldest first. At most 100. */
  signers: SignedClaim[];
  /** When it expires unless it is paid; null if it can no longer be paid. */
  dueAt: Date | null;
  /** The parts of payments that paid it. At most 100. */
  paidBy: PaidPart[];
}

/** An order as operators see it: with its claims, its due time, and the payments that paid it. */
export function orderDetailsView({ order, claimant, signers, dueAt, paidBy }: OrderDetails, payTo: OrderAddress) {
  return {
    ...orderView(order, payTo),
    claimed_by: claimant,
    claim_kind: order.claimKind,
    claims: signers.map(({ address, createdAt }) => ({ address, created_at: createdAt.toISOString() })),
    due_at: dueAt?.toISOString() ?? null,
    paid_by: paidBy.map(({ txid, sender, amount }) => ({ txid, sender, amount })),
  };
}

export function heldView({ row, reason }: HeldMoney) {
  return {
    txid: row.txid,
    amount: row.amount,
    reason,
    sender: row.sender,
    order_id: row.orderId,
    customer_id: row.customerId,
    since: row.since.toISOString(),
    advice: HELD_ADVICE[reason],
  };
}

/** The result of a settlement. */
export function settledView(
  { ordersPaid, settlements }: { ordersPaid: Order[]; settlements: SettlementEntry[] },
  payTo: OrderAddress,
) {
  return {
    orders_paid: ordersView(ordersPaid, payTo),
    settlements: settlements.map(settlementView),
  };
}

/** A customer's funds, in µT. */
export interface CustomerFunds {
  /** The customer's own credit, the money of its open orders, and the free credit that may pay them. */
  available: bigint;
  /** The money spent on the customer's orders. */
  paid: bigint;
  accounts: readonly Account[];
}

/** @param address the requested address in base58; an unknown account shows zeros and the epoch. */
export function balanceView(address: string, account: Account | undefined) {
  const confirmed = account?.totalConfirmed ?? 0n;
  // What was paid out of its credit is spent, too: the shape has no place of its own for it.
  const paid = (account?.totalPaid ?? 0n) + (account?.totalPaidOut ?? 0n);
  return {
    address,
    total_confirmed: confirmed,
    total_paid: paid,
    current_balance: confirmed - paid,
    last_update: (account?.updatedAt ?? new Date(0)).toISOString(),
  };
}

/** The funds for a customer's orders, and the money spent on them. */
export function customerBalanceView({ available, paid, accounts }: CustomerFunds) {
  return {
    total_confirmed: available + paid,
    total_paid: paid,
    current_balance: available,
    addresses: accounts.map((account) => balanceView(account.address, account)),
  };
}

export function customerOrderBalanceView(customerId: string, totals: OrderTotals | undefined) {
  return {
    customer_id: customerId,
    total_current: totals?.current ?? 0n,
    total_paid: totals?.paid ?? 0n,
    total_expired: totals?.expired ?? 0n,
    total_cancelled: totals?.cancelled ?? 0n,
  };
}

export function debtorView(debtor: Debtor) {
  return { customer_id: debtor.customerId, status: 'New' as const, total_orders: debtor.totalOrders };
}
