import * as z from 'zod';
import { amount, time } from '#platform/http/fields.ts';
import { PRICE_UPDATE_STATES } from '#shops/store/tables.ts';

/** The shapes of what shops answer. */

export const PRICE_UPDATE_KINDS = ['shop', 'product'] as const;

/** Work on the prices that the shop shows: on all of them at a rate, or on those of one product. */
export const priceUpdate = z.object({
  id: z.bigint(),
  kind: z.enum(PRICE_UPDATE_KINDS),
  product_id: z.string().nullable(),
  currency: z.string().nullable(),
  rate: amount.nullable(),
  state: z.enum(PRICE_UPDATE_STATES),
  /** Null until the shop has told. */
  variants_total: z.int().nullable(),
  variants_seen: z.int(),
  variants_changed: z.int(),
  variants_left_out: z.int(),
  /** Failures in a row. */
  attempts: z.int(),
  /** Null where nothing more is done. */
  next_attempt_at: time.nullable(),
  last_error: z.string().nullable(),
  remark: z.string().nullable(),
  created_at: time,
  updated_at: time,
  finished_at: time.nullable(),
});

/** A webhook that could not be used. */
export const rejectedWebhook = z.object({
  id: z.bigint(),
  webhook_id: z.string().nullable(),
  topic: z.string(),
  received_at: time,
  reason: z.string(),
  /** The order's id and name in the shop, as far as they can be read in what it said. */
  order_id: z.string().nullable(),
  order_name: z.string().nullable(),
  body: z.string(),
});

/** Its part of GET /health/ready. */
export const readiness = {
  storefront: z.enum(['ok', 'not configured', 'behind']),
  price_updates: z.object({ waiting: z.int(), failed: z.int() }),
  /** Webhooks that could not be used, see /api/rejected, and how long ago the shop last sent one; null before that. */
  webhooks: z.object({ rejected: z.int(), age_seconds: z.int().nullable() }),
};

/** What the events of this context say. */
export const eventPayloads = {
  ShopRefunded: z.object({
    refund: z.object({
      shop_refund_id: z.string(),
      order_id: z.string(),
      amount: z.string(),
      currency: z.string(),
      note: z.string().nullable(),
    }),
  }),
};
