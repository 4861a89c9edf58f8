import * as z from 'zod';
import { nullableText, whole } from '#platform/cli/answers.ts';

/** What the server answers about its work with the shop. */

export const priceUpdate = z.looseObject({
  id: whole,
  kind: z.string(),
  product_id: nullableText,
  currency: nullableText,
  rate: whole.nullable(),
  state: z.string(),
  variants_total: z.int().nullable(),
  variants_seen: z.int(),
  variants_changed: z.int(),
  variants_left_out: z.int(),
  attempts: z.int(),
  next_attempt_at: nullableText,
  last_error: nullableText,
  remark: nullableText,
  created_at: z.string(),
  updated_at: z.string(),
  finished_at: nullableText,
});
export const rescanProgress = z.looseObject({ running: z.int(), read: z.int(), failed: z.int() });
export const rejectedWebhook = z.looseObject({
  id: whole,
  webhook_id: nullableText,
  topic: z.string(),
  received_at: z.string(),
  reason: z.string(),
  /** Servers of before do not tell these. */
  order_id: nullableText.optional(),
  order_name: nullableText.optional(),
  body: z.string(),
});

export type PriceUpdateAnswer = z.output<typeof priceUpdate>;
export type RejectedAnswer = z.output<typeof rejectedWebhook>;
