import type { Generated } from 'kysely';

export const WEBHOOK_STATES = ['accepted', 'ignored', 'set_aside'] as const;
export type WebhookState = (typeof WEBHOOK_STATES)[number];

export const PRICE_UPDATE_STATES = ['pending', 'running', 'done', 'failed', 'superseded'] as const;
export type PriceUpdateState = (typeof PRICE_UPDATE_STATES)[number];

/** How a shop may close an order itself, so that it can no longer be paid here. */
export type ShopClosing = 'cancelled' | 'paid';

export interface ShopTables {
  webhooks: WebhooksTable;
  early_news: EarlyNewsTable;
  authorizations: AuthorizationsTable;
  price_updates: PriceUpdatesTable;
}

interface WebhooksTable {
  id: Generated<bigint>;
  webhook_id: string | null;
  topic: string;
  event_id: string | null;
  triggered_at: string | null;
  received_at: string;
  state: WebhookState;
  success: bigint;
  message: string;
  body: string | null;
}

/** Updates of orders that the shop has not sent yet. */
interface EarlyNewsTable {
  order_id: string;
  closing: ShopClosing | null;
  price: string;
  currency: string;
  /** The amount still due according to the shop, in its format. */
  outstanding: string | null;
  shop_updated_at: string;
  triggered_at: string | null;
  received_at: string;
}

/** Money that other gateways hold for orders, as reported by the shop; the order need not be known. */
interface AuthorizationsTable {
  transaction_id: string;
  order_id: string;
  gateway: string | null;
  amount: string;
  currency: string;
  received_at: string;
}

/** Updates of the prices that the shop shows. Booleans are 0 and 1. */
interface PriceUpdatesTable {
  id: Generated<bigint>;
  /** The product to update; null for all of them, at `rate`. */
  product_id: string | null;
  currency: string | null;
  rate: bigint | null;
  state: PriceUpdateState;
  global_rate_is_set: bigint;
  variants_are_done: bigint;
  start_position: string | null;
  position: string | null;
  has_wrapped: bigint;
  variants_total: bigint | null;
  variants_seen: bigint;
  variants_changed: bigint;
  variants_left_out: bigint;
  attempts: bigint;
  next_attempt_at: string;
  last_error: string | null;
  global_rate_error: string | null;
  remark: string | null;
  /** Incremented when the row is changed from outside, so that a step based on the old state is not saved. */
  revision: bigint;
  created_at: string;
  updated_at: string;
  finished_at: string | null;
}
