import { createHmac, randomUUID } from 'node:crypto';
import { stringifyJson } from '#platform/json.ts';
import { NOW } from './test-wallets.ts';

/** Webhooks as the shop sends them. */

/** What webhooks of the tests are signed with. */
export const HMAC_SECRET = 'shpss_secret-of-the-tests-0123456789';

export interface WebhookOptions {
  /** Null sends none. */
  secret?: string | null;
  /** In place of the right one. */
  hmac?: string;
  webhookId?: string | null;
  topic?: string | null;
  headers?: Record<string, string>;
  path?: string;
}

/** The headers of a webhook as Shopify sends them. */
export function webhookHeaders(body: string | Buffer, options: WebhookOptions): Record<string, string> {
  const { topic = 'orders/create', secret = HMAC_SECRET, webhookId = randomUUID() } = options;
  const hmac = options.hmac ?? (secret === null ? undefined : hmacOf(body, secret));
  return {
    'x-shopify-event-id': randomUUID(),
    'x-shopify-triggered-at': NOW.toISOString(),
    'x-shopify-api-version': '2026-10',
    ...(topic !== null && { 'x-shopify-topic': topic }),
    ...(webhookId !== null && { 'x-shopify-webhook-id': webhookId }),
    ...(hmac !== undefined && { 'x-shopify-hmac-sha256': hmac }),
    ...options.headers,
  };
}

export function hmacOf(body: string | Buffer, secret: string): string {
  return createHmac('sha256', secret).update(body).digest('base64');
}

/** The body of an orders/create webhook of 100 XTM, with the fields that count; bigint ids are written as numbers. */
export function orderBody(fields: Record<string, unknown> = {}): string {
  return stringifyJson({
    id: 1001,
    name: '#1001',
    note: null,
    customer: { id: 7001 },
    currency: 'XTM',
    total_price: '100.00',
    subtotal_price: '90.00',
    line_items: [{ price: '40.00', quantity: 2 }],
    created_at: '2026-03-10T07:00:00-05:00',
    updated_at: '2026-03-10T07:00:00-05:00',
    ...fields,
  });
}
