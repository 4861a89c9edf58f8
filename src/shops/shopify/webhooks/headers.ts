import { timeSchema } from './fields.ts';

/** The headers of a webhook; null if one is missing or not in its documented form. */
export interface WebhookHeaders {
  /** Such as `orders/create`; see `isTopic`. */
  topic: string | null;
  /** The same for all repeats of a delivery, which identifies a repeat. */
  webhookId: string | null;
  /** Shared by all deliveries of one action in the shop, so it does not identify a repeat. */
  eventId: string | null;
  /**
   * When the shop made the delivery: `2026-11-20T12:00:00.123456789Z`, always UTC with nine digits, so that texts sort
   * correctly. It distinguishes updates with the same `updated_at`, which has whole seconds.
   */
  triggeredAt: string | null;
  apiVersion: string | null;
  /** In lower case. */
  shopDomain: string | null;
  /** Whether the shop's staff triggered it to test the connection: its order is made up. */
  isTest: boolean;
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

const HEADER_ID = /^[\x21-\x7e]{1,255}$/;
const HEADER_TOPIC = /^[a-z0-9_.]{1,64}\/[a-z0-9_]{1,64}$/;
const HEADER_VERSION = /^(?:\d{4}-\d{2}|unstable)$/;
const HEADER_DOMAIN = /^(?=.{1,255}$)[a-z0-9][a-z0-9-]*\.myshopify\.com$/;
const HEADER_TIME = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?\d{0,9}(Z|[+-]\d{2}:\d{2})$/;

/** Reads the X-Shopify headers. @param headers with names in lower case, as Node.js gives them. */
export function webhookHeaders(headers: Headers): WebhookHeaders {
  return {
    topic: readHeader(headers, 'x-shopify-topic', HEADER_TOPIC),
    webhookId: readHeader(headers, 'x-shopify-webhook-id', HEADER_ID),
    eventId: readHeader(headers, 'x-shopify-event-id', HEADER_ID),
    triggeredAt: readTime(headers['x-shopify-triggered-at']),
    apiVersion: readHeader(headers, 'x-shopify-api-version', HEADER_VERSION),
    shopDomain: shopDomainIn(headers),
    isTest: /^\s*true\b/i.test(String(headers['x-shopify-test'] ?? '')),
  };
}

/** The shop that sent a webhook, in lower case; null if the header is missing or malformed. */
export function shopDomainIn(headers: Headers): string | null {
  const domain = headers['x-shopify-shop-domain'];
  const inLowerCase = typeof domain === 'string' ? domain.toLowerCase() : '';
  return HEADER_DOMAIN.test(inLowerCase) ? inLowerCase : null;
}

function readTime(header: Headers[string]): string | null {
  const [, seconds, fraction = '', offset] = HEADER_TIME.exec(typeof header === 'string' ? header : '') ?? [];
  const time = timeSchema.safeParse(`${seconds}${offset}`).data;
  return time === undefined ? null : `${time.toISOString().slice(0, 19)}.${fraction.padEnd(9, '0')}Z`;
}

function readHeader(headers: Headers, name: string, form: RegExp): string | null {
  const header = headers[name];
  return typeof header === 'string' && form.test(header) ? header : null;
}
