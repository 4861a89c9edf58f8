import * as z from 'zod';
import { nullableText, text, whole } from '#platform/cli/answers.ts';

/** What the server answers about refunds and payouts. */

const wherefore = {
  address: nullableText,
  address_proven: z.boolean(),
  address_from: nullableText,
  needs_approval: nullableText,
};

export const refund = z.looseObject({
  number: whole,
  id: text,
  order_id: text,
  customer_id: text,
  kind: text,
  amount: whole,
  rate: text,
  shop_amount: nullableText,
  currency: nullableText,
  reason: text,
  state: text,
  ...wherefore,
  requested_by: text,
  approved_by: nullableText,
  approval_hash: nullableText,
  payout_id: nullableText,
  end_reason: nullableText,
  created_at: text,
});

export const payout = z.looseObject({
  number: whole,
  id: text,
  kind: text,
  refund_id: nullableText,
  order_id: nullableText,
  address: text,
  amount: whole,
  reason: text,
  state: text,
  requested_by: text,
  approved_by: nullableText,
  approval_hash: text,
  leased_by: nullableText,
  txid: nullableText,
  problem: nullableText,
  created_at: text,
});

export const preview = z.looseObject({
  order_id: text,
  amount: whole,
  shop_amount: nullableText,
  currency: nullableText,
  ...wherefore,
});

const payer = z.looseObject({ address: text, proven: z.boolean() }).nullable();

export const quote = z.looseObject({
  order_id: text,
  name: nullableText,
  customer_id: text,
  status: text,
  price: whole,
  shop_price: nullableText,
  currency: text,
  refunded: whole,
  rest: whole,
  shop_rest: nullableText,
  rest_today: whole.nullable(),
  surplus: whole,
  late: whole,
  payer: z.looseObject({ order: payer, surplus: payer, late: payer }),
  limits: z.looseObject({ per_person: whole, left_of_person: whole, per_day: whole, left_of_day: whole }),
  refunds: z.array(refund),
});

export const conditions = z.looseObject({
  is_stopped: z.boolean(),
  stop_reason: nullableText,
  stopped_by: nullableText,
  refund_limit: whole,
  daily_limit: whole,
  approved_today: whole,
  cold_address: nullableText,
});

export const switched = z.looseObject({ is_stopped: z.boolean() });

export type RefundAnswer = z.output<typeof refund>;
export type PayoutAnswer = z.output<typeof payout>;
export type QuoteAnswer = z.output<typeof quote>;
export type ConditionsAnswer = z.output<typeof conditions>;
export type SwitchedAnswer = z.output<typeof switched>;
