import * as z from 'zod';
import { ORDER_STATUSES } from '#engine/store/tables.ts';
import {
  ADDRESS_ORIGINS,
  PAYOUT_KINDS,
  PAYOUT_STATES,
  REFUND_KINDS,
  REFUND_ORIGINS,
  REFUND_RATES,
  REFUND_STATES,
} from '#payouts/types.ts';
import { amount, time } from '#platform/http/fields.ts';

/** The shapes of refunds and payouts. Amounts in µT. */

const addressFields = {
  /** Base58; null as long as the customer has not entered one. */
  address: z.string().nullable(),
  address_proven: z.boolean(),
  address_from: z.enum(ADDRESS_ORIGINS).nullable(),
};

export const refund = z.object({
  number: z.bigint(),
  id: z.string(),
  order_id: z.string(),
  customer_id: z.string(),
  kind: z.enum(REFUND_KINDS),
  amount,
  rate: z.enum(REFUND_RATES),
  /** Its value in the shop's currency; null if the order has no price there, and for surplus and late money. */
  shop_amount: z.string().nullable(),
  currency: z.string().nullable(),
  reason: z.string(),
  visible_to_customer: z.boolean(),
  record_in_shop: z.boolean(),
  shop_refund_id: z.string().nullable(),
  origin: z.enum(REFUND_ORIGINS),
  state: z.enum(REFUND_STATES),
  ...addressFields,
  requested_by: z.string(),
  approved_by: z.string().nullable(),
  approved_at: time.nullable(),
  /** Why a second person must approve it; null if none must. */
  needs_approval: z.string().nullable(),
  /** What is approved: it follows from id, amount and address. */
  approval_hash: z.string().nullable(),
  payout_id: z.string().nullable(),
  end_reason: z.string().nullable(),
  created_at: time,
  updated_at: time,
});

export const payout = z.object({
  number: z.bigint(),
  id: z.string(),
  kind: z.enum(PAYOUT_KINDS),
  refund_id: z.string().nullable(),
  order_id: z.string().nullable(),
  address: z.string(),
  amount,
  reason: z.string(),
  state: z.enum(PAYOUT_STATES),
  requested_by: z.string(),
  approved_by: z.string().nullable(),
  approved_at: time.nullable(),
  approval_hash: z.string(),
  /** The wallet that took it last. */
  leased_by: z.string().nullable(),
  lease_until: time.nullable(),
  started_at: time.nullable(),
  txid: z.string().nullable(),
  sent_at: time.nullable(),
  confirmed_at: time.nullable(),
  problem: z.string().nullable(),
  created_at: time,
  updated_at: time,
});

export const preview = z.object({
  order_id: z.string(),
  kind: z.enum(REFUND_KINDS),
  amount,
  rate: z.enum(REFUND_RATES),
  shop_amount: z.string().nullable(),
  currency: z.string().nullable(),
  ...addressFields,
  needs_approval: z.string().nullable(),
});

const payer = z.object({ address: z.string(), proven: z.boolean() }).nullable();

export const quote = z.object({
  order_id: z.string(),
  name: z.string().nullable(),
  customer_id: z.string(),
  status: z.enum(ORDER_STATUSES),
  price: amount,
  shop_price: z.string().nullable(),
  currency: z.string(),
  refunded: amount,
  /** The most that can be given back of the order now. */
  rest: amount,
  shop_rest: z.string().nullable(),
  /** The same at today's rate; null without a rate or a price. */
  rest_today: amount.nullable(),
  surplus: amount,
  /** The part of the surplus that came for this order. */
  own_surplus: amount,
  late: amount,
  /** µT per unit of the currency. */
  order_rate: z.bigint(),
  today_rate: z.bigint().nullable(),
  /** The only wallet that paid each, if it is linked to this customer only. */
  payer: z.object({ order: payer, surplus: payer, late: payer }),
  limits: z.object({
    per_person: amount,
    left_of_person: amount,
    per_day: amount,
    left_of_day: amount,
  }),
  refunds: z.array(refund),
});

export const conditions = z.object({
  is_stopped: z.boolean(),
  stop_reason: z.string().nullable(),
  stopped_by: z.string().nullable(),
  stopped_at: time.nullable(),
  refund_limit: amount,
  daily_limit: amount,
  approved_today: amount,
  cold_address: z.string().nullable(),
});

export const switched = z.object({ is_stopped: z.boolean() });

const refundEvent = z.object({ refund });
const payoutEvent = z.object({ payout, refund: refund.nullable() });

/** What the events of this context say. */
export const eventPayloads = {
  RefundRequested: refundEvent,
  RefundAddressSet: refundEvent,
  RefundApproved: refundEvent,
  RefundCancelled: refundEvent,
  SweepRequested: payoutEvent,
  SweepApproved: payoutEvent,
  SweepCancelled: payoutEvent,
  PayoutSent: payoutEvent,
  PayoutConfirmed: payoutEvent,
  PayoutFailed: payoutEvent,
  PayoutUnknown: payoutEvent,
};
