import * as z from 'zod';
import { nullableText, whole } from '#platform/cli/answers.ts';

/** What the server answers about orders and money. */

export const order = z.looseObject({
  id: whole,
  order_id: z.string(),
  alt_id: nullableText,
  customer_id: z.string(),
  memo: nullableText,
  total_price: whole,
  original_price: nullableText,
  currency: z.string(),
  created_at: z.string(),
  updated_at: z.string(),
  status: z.string(),
  /** What the shop says is still due, in its currency. */
  amount_outstanding: nullableText,
  amount_missing: whole.nullish(),
  amount_seen: whole.optional(),
  /** Its own payment address; null while the shop has none that can hold it, left out by servers that do not say. */
  pay_to: nullableText.optional(),
});
/** An order as operators see it. */
export const orderDetails = order.extend({
  claimed_by: nullableText.optional(),
  claim_kind: nullableText.optional(),
  claims: z.array(z.looseObject({ address: z.string(), created_at: z.string() })).optional(),
  due_at: nullableText.optional(),
  paid_by: z.array(z.looseObject({ txid: z.string(), sender: z.string(), amount: whole })).optional(),
});
export const heldMoney = z.looseObject({
  txid: z.string(),
  amount: whole,
  reason: z.string(),
  sender: nullableText,
  order_id: nullableText,
  customer_id: nullableText,
  since: z.string(),
  advice: z.string(),
});
export const payment = z.looseObject({
  txid: z.string(),
  created_at: z.string(),
  updated_at: z.string(),
  sender: z.string(),
  amount: whole,
  memo: nullableText,
  payment_type: z.string(),
  status: z.string(),
  order_id: nullableText,
  payment_reference: nullableText.optional(),
  block_height: whole.nullish(),
});
export const settlementEntry = z.looseObject({
  id: whole,
  created_at: z.string(),
  order_id: z.string(),
  payment_address: z.string(),
  settlement_type: z.string(),
  amount: whole,
});
export const settlement = z.looseObject({ orders_paid: z.array(order), settlements: z.array(settlementEntry) });
export const orderChanged = z.looseObject({ old_order: order, new_order: order });
export const orderMoved = z.looseObject({ orders: orderChanged, settlements: z.array(settlementEntry) });
export const ordersResult = z.looseObject({ address: z.string(), total_orders: whole, orders: z.array(order) });
export const paymentsResult = z.looseObject({ address: z.string(), total_payments: whole, payments: z.array(payment) });
export const claimedOrder = z.looseObject({
  order_id: z.string(),
  total_price: whole,
  expires_at: z.string(),
  status: z.string(),
  /** What is still to be paid; null where nothing can be any more, left out by servers that do not say. */
  amount_missing: whole.nullish(),
  /** Null where there is nothing to pay any more. */
  send_to: nullableText,
  pay_to: nullableText.optional(),
});
export const addressBalance = z.looseObject({
  address: z.string(),
  total_confirmed: whole,
  total_paid: whole,
  current_balance: whole,
  last_update: z.string(),
});
export const addressHistory = z.looseObject({
  address: z.string(),
  balance: addressBalance,
  orders: z.array(order),
  payments: z.array(payment),
  settlements: z.array(settlementEntry),
});
export const customerHistory = z.looseObject({
  customer_id: z.string(),
  balance: z.looseObject({
    total_confirmed: whole,
    total_paid: whole,
    current_balance: whole,
    addresses: z.array(addressBalance),
  }),
  order_balance: z.looseObject({
    customer_id: z.string(),
    total_current: whole,
    total_paid: whole,
    total_expired: whole,
    total_cancelled: whole,
  }),
  orders: z.array(order),
  settlements: z.array(settlementEntry),
});
export const debtor = z.looseObject({ customer_id: z.string(), status: z.string(), total_orders: whole });

export type OrderAnswer = z.output<typeof order>;
export type OrderDetailsAnswer = z.output<typeof orderDetails>;
export type HeldMoneyAnswer = z.output<typeof heldMoney>;
export type PaymentAnswer = z.output<typeof payment>;
export type SettlementEntryAnswer = z.output<typeof settlementEntry>;
export type SettlementAnswer = z.output<typeof settlement>;
export type OrderMovedAnswer = z.output<typeof orderMoved>;
export type ClaimedOrderAnswer = z.output<typeof claimedOrder>;
export type BalanceAnswer = z.output<typeof addressBalance>;
export type AddressHistoryAnswer = z.output<typeof addressHistory>;
export type CustomerHistoryAnswer = z.output<typeof customerHistory>;
export type DebtorAnswer = z.output<typeof debtor>;
