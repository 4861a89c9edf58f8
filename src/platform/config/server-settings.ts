import * as z from 'zod';
import { checkoutSettings } from '#checkout/settings.ts';
import { toleranceValue } from '#engine/tolerance.ts';
import type { LogLevel } from '#platform/logging/json-log.ts';
import { chainSettings } from '#rails/tari-chain/settings.ts';
import {
  optional,
  SETTING_GROUPS,
  type SettingDescription,
  secret,
  settingNotes,
  textSchema,
  withDefault,
} from './setting.ts';
import {
  addressValue,
  apiVersionValue,
  booleanValue,
  choiceValue,
  cronValue,
  databaseUrlValue,
  durationValueMs,
  hostValue,
  httpUrlValue,
  ipListValue,
  keyHexValue,
  listValue,
  nameListValue,
  optionalDurationMs,
  optionalIpListValue,
  publicUrlValue,
  tokenValue,
  wholeNumberValue,
} from './values.ts';

const LOG_LEVELS: readonly LogLevel[] = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

const ORDER_ID_FIELDS = ['id', 'name'] as const;
const PRICE_FIELDS = ['total', 'subtotal', 'line_items'] as const;

const HOUR_MS = 3_600_000;
/** An order's time-out below this is a slip, above a year it is none at all. */
const SHORTEST_TIMEOUT_MS = 100;
const LONGEST_TIMEOUT_MS = 365 * 24 * HOUR_MS;
const LONGEST_GRACE_MS = 7 * 24 * HOUR_MS;

/** Below this a quiet hour of the shop would take the server out of its balancer. */
const MIN_WEBHOOK_AGE_MS = 10 * 60_000;

/** Whoever waits longer for the end of a process has it killed. */
const LONGEST_SHUTDOWN_DELAY_MS = 300_000;

const SHORTEST_DATABASE_TIMEOUT_MS = 100;

const A_BOOLEAN = '1, true, yes or on, or 0, false, no or off';
const A_TIMEOUT = 'hours as a number, or a number with ms, s, m, h or d, from 100ms to 365d';
const IP_LIST = 'IP addresses or CIDR ranges with commas between them';
const A_TOKEN = 'a text without spaces of at most 1024 characters';
const LOOPBACK_AND_PRIVATE =
  '127.0.0.0/8, ::1, 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, fc00::/7, fe80::/10, 169.254.0.0/16';

const A_DATABASE_TIMEOUT = 'a number with ms, s, m or h, from 100ms to 1h';

const timeoutMs = (text: string) => durationValueMs(text, SHORTEST_TIMEOUT_MS, LONGEST_TIMEOUT_MS);
const databaseTimeoutMs = (text: string) => durationValueMs(text, SHORTEST_DATABASE_TIMEOUT_MS, HOUR_MS);

const serverSettings = {
  TPG_HOST: withDefault('Server', '127.0.0.1', 'an IP address or a host name', hostValue, {
    description: 'The address to listen on; 0.0.0.0 or :: for every network interface.',
    example: '0.0.0.0',
  }),
  TPG_PORT: withDefault(
    'Server',
    '8360',
    'a whole number from 0 to 65535',
    (text) => wholeNumberValue(text, 0, 65535),
    {
      description: 'The port to listen on; 0 takes any that is free.',
      example: '8360',
    },
  ),
  TPG_PUBLIC_URL: optional('Server', 'an http or https URL without user, query or fragment', publicUrlValue, {
    description:
      'Where the shop and customers reach this server, through the proxy before it, such as https://pay.example.com. With it the server keeps its webhook subscriptions in the shop complete by itself, and gives customers a page to pay at.',
    example: 'https://pay.example.com',
  }),
  TPG_USE_X_FORWARDED_FOR: withDefault('Server', 'false', A_BOOLEAN, booleanValue, {
    description:
      'Whether the X-Forwarded-For header of a trusted proxy says who the client is. The proxy must set that header itself. Switch on this or TPG_USE_FORWARDED, whichever your proxy sets.',
    example: 'true',
  }),
  TPG_USE_FORWARDED: withDefault('Server', 'false', A_BOOLEAN, booleanValue, {
    description: 'The same for the Forwarded header (RFC 7239).',
    example: 'true',
  }),
  TPG_TRUSTED_PROXIES: withDefault('Server', LOOPBACK_AND_PRIVATE, IP_LIST, ipListValue, {
    description:
      'Proxies whose forwarded headers count. Of a list in such a header, the address added by the nearest trusted proxy is the client.',
    example: '10.1.2.3, 2001:db8::/32',
  }),
  TPG_SHUTDOWN_DELAY: withDefault(
    'Server',
    '0s',
    'a number with ms, s or m, from 0s to 5m',
    (text) => durationValueMs(text, 0, LONGEST_SHUTDOWN_DELAY_MS),
    {
      description:
        'How long after SIGTERM the server goes on taking requests, while GET /health/ready answers 503, so that a load balancer sends no more of them before it ends.',
      example: '15s',
    },
  ),
};

const databaseSettings = {
  // Secret, because the URL of a PostgreSQL database holds its password.
  TPG_DATABASE_URL: textSchema('sqlite:// and a path, or a postgres:// URL', databaseUrlValue)
    .prefault('sqlite://data/tari_store.db')
    .register(settingNotes, {
      group: 'Database',
      description:
        'The database: sqlite:// and the path of a file, or the postgres:// URL of a PostgreSQL database, with sslmode=verify-full and sslrootcert for TLS.',
      defaultText: 'sqlite://data/tari_store.db',
      example: 'sqlite:///var/lib/tari-payment-server/store.db',
      secret: true,
    }),
  TPG_MAX_CONNECTIONS: withDefault(
    'Database',
    '25',
    'a whole number from 1 to 1000',
    (text) => wholeNumberValue(text, 1, 1000),
    {
      description:
        'How many connections to the database may be open at the same time. On PostgreSQL each instance has so many, and one more that listens.',
      example: '10',
    },
  ),
  TPG_DATABASE_CONNECT_TIMEOUT: withDefault('Database', '5s', A_DATABASE_TIMEOUT, databaseTimeoutMs, {
    description:
      'PostgreSQL only: how long a request waits for a connection, also for one that others have in hand, before it is refused with 503.',
    example: '2s',
  }),
  TPG_DATABASE_STATEMENT_TIMEOUT: withDefault('Database', '30s', A_DATABASE_TIMEOUT, databaseTimeoutMs, {
    description:
      'PostgreSQL only: how long the database may take for one query. Migrations and the audit may take longer.',
    example: '1m',
  }),
  TPG_DATABASE_IDLE_TIMEOUT: withDefault('Database', '10s', A_DATABASE_TIMEOUT, databaseTimeoutMs, {
    description:
      'PostgreSQL only: after so long without a query the database gives up a transaction, so that an instance which hangs does not hold up the others.',
    example: '5s',
  }),
};

const keySettings = {
  TPG_JWT_SIGNING_KEY: secret('Keys', '64 hex characters', keyHexValue, {
    description:
      'The secret key that signs access tokens. Without it and TPG_JWT_VERIFICATION_KEY the server makes a pair of keys and keeps it in a file, which is for trying out only.',
    example: '<64 hex characters>',
  }),
  TPG_JWT_VERIFICATION_KEY: optional('Keys', '64 hex characters', keyHexValue, {
    description:
      'The public key of TPG_JWT_SIGNING_KEY. Both are set so that a slip of the finger shows: the pair is checked at the start.',
    example: '<64 hex characters>',
  }),
};

const orderSettings = {
  TPG_STRICT_MODE: withDefault('Orders', 'true', A_BOOLEAN, booleanValue, {
    description:
      'Whether requests name an order by its id only; when off, also by its name in the shop, such as #1001. What a payment names it by is not bound by this.',
    example: 'false',
  }),
  TPG_DISABLE_MEMO_SIGNATURE_CHECK: withDefault('Orders', 'false', A_BOOLEAN, booleanValue, {
    description:
      "Takes a claim in a memo or an order's note for true without checking its signature, and searches a payment's memo that is no claim for an order's number. For trying out only: with it anybody can claim in anybody's name.",
    example: 'false',
  }),
  TPG_UNCLAIMED_ORDER_TIMEOUT: withDefault('Orders', '2', A_TIMEOUT, timeoutMs, {
    description:
      'How long after its last change an order that nobody claimed expires, in hours, or with a unit: ms, s, m, h or d.',
    example: '90m',
  }),
  TPG_UNPAID_ORDER_TIMEOUT: withDefault('Orders', '48', A_TIMEOUT, timeoutMs, {
    description: 'How long after its last change a claimed order that is not paid expires, in hours, or with a unit.',
    example: '3d',
  }),
  TPG_EXPIRY_SCHEDULE: withDefault(
    'Orders',
    '* * * * *',
    'a cron expression of five fields, or of six with seconds first',
    cronValue,
    {
      description:
        'When to look for orders that expire, as a cron expression, with seconds as an optional first field. By default each minute.',
      example: '*/10 * * * * *',
    },
  ),
  TPG_EXPIRY_GRACE: withDefault(
    'Orders',
    '2m',
    'hours as a number, or a number with ms, s, m, h or d, from 0 to 7d',
    (text) => durationValueMs(text, 0, LONGEST_GRACE_MS),
    {
      description:
        'How long after a start, and after the database last could not be written, nothing expires, so that payments that came meanwhile are counted first. In hours, or with a unit.',
      example: '10m',
    },
  ),
  TPG_CONFIRMATION_WAIT: withDefault(
    'Orders',
    '6h',
    'hours as a number, or a number with ms, s, m, h or d, from 0 to 7d',
    (text) => durationValueMs(text, 0, LONGEST_GRACE_MS),
    {
      description:
        'How long past its time an order waits for payments that are reported, not confirmed yet, and could cover it. In hours, or with a unit.',
      example: '12h',
    },
  ),
};

const TOLERANCE_EXAMPLES = '0, a share such as 0.5% up to 10%, or an amount such as 5000 µT or 0.01 XTM';

const toleranceSettings = {
  TPG_UNDERPAID_TOLERANCE: withDefault('Orders', '0', TOLERANCE_EXAMPLES, toleranceValue, {
    description:
      'How much of the price of an order that somebody has begun to pay may be missing for it to count as paid: a share such as 0.5%, up to 10%, or an amount such as 5000 µT or 0.01 XTM; never more than half of the price. The difference is booked as a credit with the reason tolerance.',
    example: '0.5%',
  }),
};

const walletSettings = {
  TPG_PAYMENT_WALLET_ADDRESS: optional('Wallets', 'a Tari address in base58, emoji or hex', addressValue, {
    description:
      'The Tari address of the wallet that customers are told to pay to; with TPG_VIEW_KEY a dual address. A wallet that reports its payments must be registered as well. Its network is the shop’s: claims, logins and wallets of other networks are refused.',
    example: '<Tari address>',
  }),
  TPG_DISABLE_WALLET_WHITELIST: withDefault('Wallets', 'false', A_BOOLEAN, booleanValue, {
    description:
      'Takes notifications of a registered wallet from any IP address instead of the registered one only. Signature and nonce are checked all the same.',
    example: 'false',
  }),
};

const shopifySettings = {
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
      "The secret that signs webhooks: the app's client secret, or the one shown in the shop's settings for webhooks made there. When it is not set, TPG_SHOPIFY_API_SECRET counts.",
    example: '<client secret>',
  }),
  TPG_SHOPIFY_HMAC_SECRET_PREVIOUS: secret('Shopify', A_TOKEN, tokenValue, {
    description: 'The secret before that one, while Shopify may still sign with it: for an hour after a change.',
    example: '<client secret>',
  }),
  TPG_SHOPIFY_HMAC_CHECKS: withDefault('Shopify', 'true', A_BOOLEAN, booleanValue, {
    description:
      'Whether webhooks must be signed. For trying out only may this be off: without it anybody can send orders.',
    example: 'true',
  }),
  TPG_SHOPIFY_KEEP_WEBHOOKS: withDefault('Shopify', 'true', A_BOOLEAN, booleanValue, {
    description:
      'Whether the server looks at its webhook subscriptions at the start and once a day, and subscribes again to what is missing. It needs TPG_PUBLIC_URL. Switch it off when the subscriptions are in shopify.app.toml: those are not seen, and every webhook would come twice.',
    example: 'false',
  }),
  TPG_SHOPIFY_MAX_WEBHOOK_AGE: withDefault(
    'Shopify',
    'off',
    'off, or hours as a number, or a number with m, h or d, from 10m to 365d',
    (text) => optionalDurationMs(text, MIN_WEBHOOK_AGE_MS, LONGEST_TIMEOUT_MS),
    {
      description:
        'When the last webhook is older than this, GET /health/ready answers 503 with that reason. Give it more than the longest time that your shop goes without an order or a change of a product. In hours, or with a unit.',
      example: '2d',
    },
  ),
  TPG_SHOPIFY_IP_WHITELIST: withDefault('Shopify', 'none', `${IP_LIST}, or none`, optionalIpListValue, {
    description:
      'Addresses and ranges that may call anything under /shopify. Unset, none, false or 0 switch the list off.',
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
        "The names of the shop's payment methods that are paid in Tari, as its settings show them, with commas between them. Orders of other methods open nothing here and are never cancelled. Unset, every order counts as one in Tari.",
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
      'Whether what other gateways have authorized for a part of an order is captured once the Tari part is paid.',
    example: 'true',
  }),
};

const otherSettings = {
  TPG_RATE_LIMIT: withDefault(
    'Limits',
    '60',
    'a whole number from 0 to 1000000',
    (text) => wholeNumberValue(text, 0, 1_000_000),
    { description: 'Requests a minute and address on what strangers can reach; 0 is off.', example: '120' },
  ),
  TPG_LOG_LEVEL: withDefault(
    'Logging',
    'info',
    'fatal, error, warn, info, debug, trace or silent',
    (text) => choiceValue(text, LOG_LEVELS),
    {
      description: 'The least grave kind of message to log: fatal, error, warn, info, debug, trace or silent.',
      example: 'debug',
    },
  ),
  TPG_METRICS: withDefault('Logging', 'false', A_BOOLEAN, booleanValue, {
    description:
      'Whether /metrics answers Prometheus. Only clients with an address in TPG_TRUSTED_PROXIES may read it, so behind a proxy switch on its forwarded header as well.',
    example: 'true',
  }),
  TPG_PLUGINS: optional('Plugins', 'paths of modules with commas between them', listValue, {
    description: 'Paths of JavaScript modules, with commas between them, that register event handlers at the start.',
    example: './plugins/mail.js, ./plugins/dashboard.js',
  }),
};

/** Every setting of the server, as the environment holds it: its name, its form, its default and what to tell people about it. */
export const environmentSchema = z.object({
  ...serverSettings,
  ...databaseSettings,
  ...keySettings,
  ...orderSettings,
  ...toleranceSettings,
  ...walletSettings,
  ...chainSettings,
  ...checkoutSettings,
  ...shopifySettings,
  ...otherSettings,
});

/** What is told to people about each setting, in the order of the groups. */
export function settingDescriptions(): readonly SettingDescription[] {
  const described = Object.entries(environmentSchema.shape).map(([name, schema]): SettingDescription => {
    const notes = settingNotes.get(schema);
    if (notes === undefined) throw new Error(`The setting ${name} is not described.`);
    return { name, ...notes, defaultText: notes.defaultText };
  });
  return SETTING_GROUPS.flatMap((group) => described.filter((setting) => setting.group === group));
}
