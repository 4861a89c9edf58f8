import type { ShopSettings } from '#engine/settings.ts';
import type { SettingsPart, ValuesOf } from '#platform/config/read-settings.ts';
import { optional, secret, withDefault } from '#platform/config/setting.ts';
import {
  A_BOOLEAN,
  booleanValue,
  choiceValue,
  HOUR_MS,
  httpUrlValue,
  IP_LIST,
  isLoopbackUrl,
  listValue,
  optionalDurationMs,
  optionalIpListValue,
} from '#platform/config/values.ts';

const ORDER_ID_FIELDS = ['id', 'name'] as const;
const PRICE_FIELDS = ['total', 'subtotal', 'line_items'] as const;

/** Below this a quiet hour of the shop would take the server out of its balancer. */
const MIN_WEBHOOK_AGE_MS = 10 * 60_000;
const MAX_WEBHOOK_AGE_MS = 365 * 24 * HOUR_MS;

const A_TOKEN = 'a text without spaces of at most 1024 characters';

const shape = {
  TPG_SHOPIFY_SHOP: optional('Shopify', 'the name of a shop', (text) => (/^\S{1,255}$/.test(text) ? text : undefined), {
    description:
      'The shop, as name or name.myshopify.com. Without it the server runs without a shop and skips all calls to it.',
    example: 'my-shop.myshopify.com',
  }),
  TPG_SHOPIFY_API_VERSION: withDefault(
    'Shopify',
    '2026-10',
    'a quarter such as 2026-10, or unstable',
    apiVersionValue,
    {
      description: 'The version of the Shopify Admin API.',
      example: '2026-10',
    },
  ),
  TPG_SHOPIFY_API_KEY: optional('Shopify', A_TOKEN, tokenValue, {
    description:
      "The app's client id. With TPG_SHOPIFY_API_SECRET the server fetches and renews access tokens by itself.",
    example: '<client id>',
  }),
  TPG_SHOPIFY_API_SECRET: secret('Shopify', A_TOKEN, tokenValue, {
    description: "The app's client secret.",
    example: '<client secret>',
  }),
  TPG_SHOPIFY_ADMIN_ACCESS_TOKEN: secret('Shopify', A_TOKEN, tokenValue, {
    description: 'The permanent admin access token of an older custom app, instead of client id and secret.',
    example: 'shpat_…',
  }),
  TPG_SHOPIFY_STOREFRONT_ACCESS_TOKEN: secret('Shopify', A_TOKEN, tokenValue, {
    description: 'The storefront access token.',
    example: '<storefront access token>',
  }),
  TPG_SHOPIFY_ADMIN_URL: optional('Shopify', 'an http or https URL without user, query or fragment', httpUrlValue, {
    description: 'Replaces https://{shop}/admin/api/{version} as the address of the Admin API, for tests and proxies.',
    example: 'http://127.0.0.1:9000/admin/api/2026-10',
  }),
  TPG_SHOPIFY_HMAC_SECRET: secret('Shopify', A_TOKEN, tokenValue, {
    description:
      "The secret that signs webhooks: the app's client secret, or the one shown in the shop's settings for webhooks made there. If it is not set, TPG_SHOPIFY_API_SECRET is used.",
    example: '<client secret>',
  }),
  TPG_SHOPIFY_HMAC_SECRET_PREVIOUS: secret('Shopify', A_TOKEN, tokenValue, {
    description: 'The previous secret, with which Shopify may still sign for an hour after a change.',
    example: '<client secret>',
  }),
  TPG_SHOPIFY_HMAC_CHECKS: withDefault('Shopify', 'true', A_BOOLEAN, booleanValue, {
    description:
      'Whether webhooks must be signed. Switch it off for trying out only: without it anyone can send orders.',
    example: 'true',
  }),
  TPG_SHOPIFY_KEEP_WEBHOOKS: withDefault('Shopify', 'true', A_BOOLEAN, booleanValue, {
    description:
      'Whether the server checks its webhook subscriptions at the start and once a day, and renews missing ones. It needs TPG_PUBLIC_URL. Switch it off if the subscriptions are in shopify.app.toml: the server does not see those, and every webhook would come twice.',
    example: 'false',
  }),
  TPG_SHOPIFY_MAX_WEBHOOK_AGE: withDefault(
    'Shopify',
    'off',
    'off, or hours as a number, or a number with m, h or d, from 10m to 365d',
    (text) => optionalDurationMs(text, MIN_WEBHOOK_AGE_MS, MAX_WEBHOOK_AGE_MS),
    {
      description:
        'If the last webhook is older than this, GET /health/ready answers 503 with that reason. It must be more than the longest time in which your shop has no order and no change of a product. In hours, or with a unit.',
      example: '2d',
    },
  ),
  TPG_SHOPIFY_IP_WHITELIST: withDefault('Shopify', 'none', `${IP_LIST}, or none`, optionalIpListValue, {
    description:
      'Addresses and ranges that may call the paths under /shopify. Unless set, or with none, false or 0, there is no such list.',
    example: '192.0.2.7, 2001:db8::/32',
  }),
  TPG_SHOPIFY_ORDER_ID_FIELD: withDefault('Shopify', 'id', 'id or name', (text) => choiceValue(text, ORDER_ID_FIELDS), {
    description:
      "What a number in a payment's text means first: the id of an order in the shop, or its name without the #. The order's id is the shop's either way.",
    example: 'name',
  }),
  TPG_SHOPIFY_PAYMENT_METHOD: optional(
    'Shopify',
    'up to 20 names of payment methods with commas between them',
    nameListValue,
    {
      description:
        "The names of the shop's payment methods that are paid in Tari, as its settings show them, with commas between them. Orders of other methods open nothing here and are never cancelled. Unless set, every order counts as one in Tari.",
      example: 'Tari',
    },
  ),
  TPG_SHOPIFY_PRICE_FIELD: withDefault(
    'Shopify',
    'total',
    'total, subtotal or line_items',
    (text) => choiceValue(text, PRICE_FIELDS),
    {
      description: "Which price of the shop's order is to be paid: total, subtotal or line_items.",
      example: 'subtotal',
    },
  ),
  TPG_SHOPIFY_CAPTURE_PAYMENTS: withDefault('Shopify', 'false', A_BOOLEAN, booleanValue, {
    description:
      'Whether payments that other gateways have authorized for a part of an order are captured once the Tari part is paid.',
    example: 'true',
  }),
};

type Values = ValuesOf<typeof shape>;

export type ShopifySettings = ReturnType<typeof shopifySettings>;

function shopifySettings(values: Values) {
  const shop = values.TPG_SHOPIFY_SHOP ?? null;
  const apiSecret = values.TPG_SHOPIFY_API_SECRET ?? null;
  return {
    /** The shop's host, `name.myshopify.com`, or the given text if `adminUrl` is set; null if there is no shop. */
    shop: shop === null ? null : (shopHostValue(shop) ?? shop),
    apiVersion: values.TPG_SHOPIFY_API_VERSION,
    apiKey: values.TPG_SHOPIFY_API_KEY ?? null,
    apiSecret,
    adminAccessToken: values.TPG_SHOPIFY_ADMIN_ACCESS_TOKEN ?? null,
    storefrontAccessToken: values.TPG_SHOPIFY_STOREFRONT_ACCESS_TOKEN ?? null,
    /** The Admin API's address up to and without `/graphql.json`, no slash at its end; null for the shop's own. */
    adminUrl: values.TPG_SHOPIFY_ADMIN_URL ?? null,
    /** By default the app's client secret, with which Shopify signs its webhooks (shopify.md 0.4). Null if webhooks can't be checked. */
    hmacSecret: values.TPG_SHOPIFY_HMAC_SECRET ?? apiSecret,
    hmacSecretPrevious: values.TPG_SHOPIFY_HMAC_SECRET_PREVIOUS ?? null,
    hmacChecks: values.TPG_SHOPIFY_HMAC_CHECKS,
    /** Whether missing webhook subscriptions are renewed; this needs a public URL as well. */
    keepWebhooks: values.TPG_SHOPIFY_KEEP_WEBHOOKS,
    /** If the last webhook is older than this, the server is not ready; null if that is off. */
    maxWebhookAgeMs: values.TPG_SHOPIFY_MAX_WEBHOOK_AGE,
    /** Addresses and CIDR ranges; null if any address may call. */
    ipWhitelist: values.TPG_SHOPIFY_IP_WHITELIST,
    priceField: values.TPG_SHOPIFY_PRICE_FIELD,
    capturePayments: values.TPG_SHOPIFY_CAPTURE_PAYMENTS,
    /** The names of the shop's payment methods that are paid in Tari; null if all orders are. */
    paymentMethods: values.TPG_SHOPIFY_PAYMENT_METHOD ?? null,
  };
}

const read = (values: Values): ShopSettings & { shopify: ShopifySettings } => ({
  hasShop: values.TPG_SHOPIFY_SHOP !== undefined,
  orderIdField: values.TPG_SHOPIFY_ORDER_ID_FIELD,
  shopify: shopifySettings(values),
});

declare module '#platform/config/read-settings.ts' {
  interface Settings extends ReturnType<typeof read> {}
}

export const settings: SettingsPart<Values> = {
  shape,
  read,
  rules: [
    {
      settings: ['TPG_SHOPIFY_SHOP', 'TPG_SHOPIFY_ADMIN_URL'],
      problem({ TPG_SHOPIFY_SHOP: shop, TPG_SHOPIFY_ADMIN_URL: adminUrl }) {
        if (shop === undefined || adminUrl !== undefined || shopHostValue(shop) !== undefined) return undefined;
        return `TPG_SHOPIFY_SHOP must be name or name.myshopify.com, but is ${JSON.stringify(shop)}; any other name needs TPG_SHOPIFY_ADMIN_URL.`;
      },
    },
    {
      settings: ['TPG_SHOPIFY_SHOP', 'TPG_SHOPIFY_ADMIN_ACCESS_TOKEN', 'TPG_SHOPIFY_API_KEY', 'TPG_SHOPIFY_API_SECRET'],
      problem(values) {
        const canGetToken = values.TPG_SHOPIFY_API_KEY !== undefined && values.TPG_SHOPIFY_API_SECRET !== undefined;
        if (values.TPG_SHOPIFY_SHOP === undefined || values.TPG_SHOPIFY_ADMIN_ACCESS_TOKEN || canGetToken)
          return undefined;
        return 'TPG_SHOPIFY_SHOP is set, so TPG_SHOPIFY_API_KEY and TPG_SHOPIFY_API_SECRET must be set too, or TPG_SHOPIFY_ADMIN_ACCESS_TOKEN.';
      },
    },
    {
      settings: ['TPG_SHOPIFY_SHOP', 'TPG_SHOPIFY_HMAC_CHECKS', 'TPG_SHOPIFY_HMAC_SECRET', 'TPG_SHOPIFY_API_SECRET'],
      problem(values) {
        if (values.TPG_SHOPIFY_SHOP === undefined || !values.TPG_SHOPIFY_HMAC_CHECKS) return undefined;
        if (values.TPG_SHOPIFY_HMAC_SECRET ?? values.TPG_SHOPIFY_API_SECRET) return undefined;
        return 'TPG_SHOPIFY_SHOP is set, so TPG_SHOPIFY_HMAC_SECRET (or TPG_SHOPIFY_API_SECRET, which signs webhooks as well) must be set to check webhooks.';
      },
    },
  ],
  warnings: ({ shopify, publicUrl }) => [
    [
      !shopify.hmacChecks,
      'TPG_SHOPIFY_HMAC_CHECKS is off: anyone who reaches this server can send orders. Never run production so.',
    ],
    [
      shopify.ipWhitelist === null && shopify.shop !== null,
      'TPG_SHOPIFY_IP_WHITELIST is off: webhooks are taken from any address, if their signature is good.',
    ],
    [
      shopify.adminUrl?.startsWith('http:') === true && !isLoopbackUrl(shopify.adminUrl),
      'TPG_SHOPIFY_ADMIN_URL is not https: the access token can be read on its way.',
    ],
    [shopify.shop === null, 'TPG_SHOPIFY_SHOP is not set: no shop is told what becomes of its orders.'],
    [
      shopify.shop !== null && shopify.paymentMethods === null,
      'TPG_SHOPIFY_PAYMENT_METHOD is not set: every order of the shop counts as one in Tari, however it is to be paid, and is cancelled there unless it is paid in time.',
    ],
    [
      shopify.shop !== null && shopify.keepWebhooks && publicUrl?.startsWith('http:') === true,
      'TPG_PUBLIC_URL is not https: the shop sends webhooks to https addresses only, so their subscriptions are not looked at.',
    ],
    [
      shopify.hmacChecks && shopify.hmacSecret === null,
      'TPG_SHOPIFY_HMAC_SECRET is not set: everything under /shopify is answered with 403.',
    ],
  ],
};

/** The shop's host, `name.myshopify.com`, from its name or its host; undefined for a text that is neither. */
function shopHostValue(text: string): string | undefined {
  const [, name] = /^([a-z0-9][a-z0-9-]{0,62})(?:\.myshopify\.com)?$/.exec(text.toLowerCase()) ?? [];
  return name === undefined ? undefined : `${name}.myshopify.com`;
}

/** A token or key of the shop's: what can stand in an HTTP header, without spaces. */
function tokenValue(text: string): string | undefined {
  return /^[\x21-\x7e]{1,1024}$/.test(text) ? text : undefined;
}

/** A Shopify API version: a quarter such as `2026-10`, or `unstable`. */
function apiVersionValue(text: string): string | undefined {
  return /^(?:20\d\d-(?:01|04|07|10)|unstable)$/.test(text) ? text : undefined;
}

/** A shop has a handful of payment methods, and Shopify's names of them are short. */
const MAX_NAMES = 20;
const MAX_NAME_LENGTH = 255;

/** Names with commas between them. */
export function nameListValue(text: string): readonly string[] | undefined {
  const names = listValue(text);
  const isUsable =
    names.length > 0 && names.length <= MAX_NAMES && names.every((name) => name.length <= MAX_NAME_LENGTH);
  return isUsable ? names : undefined;
}
