import * as z from 'zod';
import type { EventPayloads } from '#engine/events.ts';
import { HELD_REASONS } from '#engine/money/held-reasons.ts';
import {
  CLAIM_KINDS,
  ORDER_STATUSES,
  PAYMENT_STATUSES,
  PAYMENT_TYPES,
  SETTLEMENT_TYPES,
} from '#engine/store/tables.ts';
import { amount, integer, keptText, time } from '#platform/http/fields.ts';
import { microTari, TARI_SUPPLY } from '#tari/micro-tari.ts';
import { MAX_MEMO_LENGTH } from '#tari/text-limits.ts';

/** The shapes of `http-api.md` 2 that are about orders and money. Amounts are whole µT. */

// ---- What requests are made of -------------------------------------------------------------------------------------

/** µT, 0 or more: a price. Clients of old look for that sentence in the answer to another one. */
export const priceAmount = integer(0n, TARI_SUPPLY, '. The requested order change is forbidden.').transform(microTari);

/** µT other than 0; below 0 takes away. */
export const signedAmount = integer(-TARI_SUPPLY, TARI_SUPPLY)
  .refine((value) => value !== 0n, 'must not be 0')
  .transform(microTari);

/** The payment reference that payer and shop both see: 32 bytes in hex, in either case. */
export const paymentReference = z
  .string()
  .regex(/^[0-9a-f]{64}$/i, 'must be a payment reference: 64 characters of hex')
  .transform((text) => text.toLowerCase());

export const memo = keptText(MAX_MEMO_LENGTH);

/** 128 characters of hex, R and s, or a wallet's signature of a message: s, a bar and R. */
export const claimSignature = z
  .string()
  .regex(/^(?:[0-9a-fA-F]{128}|[0-9a-fA-F]{64}\|[0-9a-fA-F]{64})$/, 'must be 128 characters of hex, or s|R');

// ---- What answers are made of --------------------------------------------------------------------------------------

export const order = z.object({
  id: z.bigint(),
  order_id: z.string(),
  alt_id: z.string().nullable(),
  customer_id: z.string(),
  memo: z.string().nullable(),
  total_price: amount,
  original_price: z.string().nullable(),
  currency: z.string(),
  created_at: time,
  updated_at: time,
  status: z.enum(ORDER_STATUSES),
  amount_outstanding: z.string().nullable(),
  amount_missing: amount.nullable(),
  /** What stands in a mempool for it: it counts for nothing. */
  amount_seen: amount,
  /** Its own payment address, base58: what comes there pays this order. Null while the shop has no dual address. */
  pay_to: z.string().nullable(),
});

/** An order with what operators see of it: who claimed it and how, when it is due, and what has paid it. */
export const orderDetails = z.object({
  ...order.shape,
  claimed_by: z.string().nullable().optional(),
  claim_kind: z.enum(CLAIM_KINDS).nullable().optional(),
  claims: z.array(z.object({ address: z.string(), created_at: time })).optional(),
  due_at: time.nullable().optional(),
  paid_by: z.array(z.object({ txid: z.string(), sender: z.string(), amount })).optional(),
});

export const heldMoney = z.object({
  txid: z.string(),
  amount,
  reason: z.enum(HELD_REASONS),
  sender: z.string().nullable(),
  order_id: z.string().nullable(),
  customer_id: z.string().nullable(),
  since: time,
  advice: z.string(),
});

export const payment = z.object({
  txid: z.string(),
  created_at: time,
  updated_at: time,
  sender: z.string(),
  amount,
  memo: z.string().nullable(),
  payment_type: z.enum(PAYMENT_TYPES),
  status: z.enum(PAYMENT_STATUSES),
  order_id: z.string().nullable(),
  payment_reference: z.string().nullable(),
  block_height: z.bigint().nullable(),
});

export const settlementEntry = z.object({
  id: z.bigint(),
  created_at: time,
  order_id: z.string(),
  payment_address: z.string(),
  settlement_type: z.enum(SETTLEMENT_TYPES),
  amount,
});

export const settlement = z.object({ orders_paid: z.array(order), settlements: z.array(settlementEntry) });

export const orderChanged = z.object({ old_order: order, new_order: order });

export const orderMoved = z.object({ orders: orderChanged, settlements: z.array(settlementEntry) });

const addressKeys = { network: z.string(), features: z.number().int(), public_spend_key: z.string() };

/** An address as the Rust server's tool reads it. */
const addressObject = z.union([
  z.object({ Single: z.object(addressKeys) }),
  z.object({ Dual: z.object({ ...addressKeys, public_view_key: z.string() }) }),
]);

export const claimedOrder = z.object({
  order_id: z.string(),
  total_price: amount,
  expires_at: time,
  status: z.enum(ORDER_STATUSES),
  amount_missing: amount.nullable(),
  send_to: z.union([z.string(), addressObject]).nullable(),
  /** The order's own payment address: a payment there needs no claim. */
  pay_to: z.string().nullable(),
});

export const addressBalance = z.object({
  address: z.string(),
  total_confirmed: amount,
  total_paid: amount,
  current_balance: amount,
  last_update: time,
});

export const customerBalance = z.object({
  total_confirmed: amount,
  total_paid: amount,
  current_balance: amount,
  addresses: z.array(addressBalance),
});

export const customerOrderBalance = z.object({
  customer_id: z.string(),
  total_current: amount,
  total_paid: amount,
  total_expired: amount,
  total_cancelled: amount,
});

export const addressHistory = z.object({
  address: z.string(),
  balance: addressBalance,
  orders: z.array(order),
  payments: z.array(payment),
  settlements: z.array(settlementEntry),
});

export const customerHistory = z.object({
  customer_id: z.string(),
  balance: customerBalance,
  order_balance: customerOrderBalance,
  orders: z.array(order),
  settlements: z.array(settlementEntry),
});

export const ordersResult = z.object({ address: z.string(), total_orders: amount, orders: z.array(order) });

export const customerOrders = z.object({
  customer_id: z.string(),
  status: z.literal('New'),
  total_orders: amount,
});

export const paymentsResult = z.object({ address: z.string(), total_payments: amount, payments: z.array(payment) });

/** The payload of each event (`http-api.md` 2). */
export const eventPayloads = {
  NewOrder: z.object({ order }),
  OrderPaid: z.object({ order }),
  OrderAnnulled: z.object({ order, status: z.enum(['Expired', 'Cancelled']) }),
  OrderModified: z.object({
    field_changed: z.enum(['customer_id', 'memo', 'total_price', 'status']),
    orders: orderChanged,
  }),
  OrderClaimed: z.object({ order, claimant: z.string() }),
  PaymentReceived: z.object({ payment }),
  PaymentConfirmed: z.object({ payment }),
  PaymentUnmatched: z.object({ payment, reason: z.literal('late') }),
  PaymentAssigned: z.object({
    payment,
    amount,
    order_id: z.string().nullable(),
    customer_id: z.string().nullable(),
    reason: z.string(),
  }),
  PaymentLeftTheChain: z.object({ payment }),
  PaymentSeen: z.object({
    txid: z.string(),
    amount,
    memo: z.string().nullable(),
    order_id: z.string().nullable(),
    order: order.nullable(),
  }),
} satisfies Record<keyof EventPayloads, z.ZodObject>;

/** Its part of GET /health/ready: payments for orders that could no longer be paid, and are not used up; see /api/held. */
export const readiness = { payments: z.object({ late: z.int() }) };
