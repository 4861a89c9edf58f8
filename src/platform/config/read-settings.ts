import type { z } from 'zod';
import { type JwtKeys, keyPairOf } from '#auth/key-file.ts';
import { colourProblem, type PayPageSettings, payPageSettingsFrom, publicUrlProblem } from '#checkout/settings.ts';
import type { Tolerance } from '#engine/tolerance.ts';
import type { LogLevel } from '#platform/logging/json-log.ts';
import {
  type ChainSettings,
  chainSettingsFrom,
  completenessProblem,
  viewKeyProblem,
} from '#rails/tari-chain/settings.ts';
import type { TariAddress } from '#tari/address.ts';
import { environmentSchema, settingDescriptions } from './server-settings.ts';
import { shopHostValue } from './values.ts';

/** What the server runs with. Times are in milliseconds. The settings behind it are described in setting-schema.ts. */
export interface Settings {
  host: string;
  /** 0 takes any port that is free. */
  port: number;
  /** Where the shop and customers reach the server, without a slash at its end; null when that was not told. */
  publicUrl: string | null;
  useXForwardedFor: boolean;
  useForwarded: boolean;
  /** Addresses and CIDR ranges. */
  trustedProxies: readonly string[];
  /** Between the announcement of the end and the end. */
  shutdownDelayMs: number;
  /** `sqlite://path`, `sqlite://:memory:`, or a `postgres://` URL, which may hold a password. */
  databaseUrl: string;
  maxConnections: number;
  /** These three count for PostgreSQL alone. */
  databaseConnectTimeoutMs: number;
  databaseStatementTimeoutMs: number;
  databaseIdleTimeoutMs: number;
  /** Null when no keys are configured: see `loadOrCreateKeys`. */
  jwtKeys: JwtKeys | null;
  strictMode: boolean;
  disableMemoSignatureCheck: boolean;
  unclaimedOrderTimeoutMs: number;
  unpaidOrderTimeoutMs: number;
  /** A cron expression for node-cron, with or without seconds. */
  expirySchedule: string;
  expiryGraceMs: number;
  confirmationWaitMs: number;
  paymentWalletAddress: TariAddress | null;
  disableWalletWhitelist: boolean;
  /** How much may be missing of an order that counts as paid. */
  underpaidTolerance: Tolerance;
  /** Null when customers have no pay page. */
  payPage: PayPageSettings | null;
  /** Null when the chain is not watched. */
  chain: ChainSettings | null;
  shopify: ShopifySettings;
  /** 0 is off. */
  rateLimitPerMinute: number;
  logLevel: LogLevel;
  /** Whether /metrics is served. */
  metrics: boolean;
  /** Paths of modules as they were given. */
  plugins: readonly string[];
}

export interface ShopifySettings {
  /** The shop's host, `name.myshopify.com`, or what was given where `adminUrl` is set; null when there is no shop. */
  shop: string | null;
  apiVersion: string;
  apiKey: string | null;
  apiSecret: string | null;
  adminAccessToken: string | null;
  storefrontAccessToken: string | null;
  /** The Admin API's address up to and without `/graphql.json`, no slash at its end; null for the shop's own. */
  adminUrl: string | null;
  /** The app's client secret where no other was set; null when webhooks can't be checked. */
  hmacSecret: string | null;
  hmacSecretPrevious: string | null;
  hmacChecks: boolean;
  /** Whether webhook subscriptions that are missing are made again; it takes a public URL as well. */
  keepWebhooks: boolean;
  /** Past this age of the last webhook the server is not ready; null when that is off. */
  maxWebhookAgeMs: number | null;
  /** Addresses and CIDR ranges; null when everybody may call. */
  ipWhitelist: readonly string[] | null;
  orderIdField: 'id' | 'name';
  priceField: 'total' | 'subtotal' | 'line_items';
  capturePayments: boolean;
  /** The names of the shop's payment methods that are paid in Tari; null where all orders are. */
  paymentMethods: readonly string[] | null;
}

export type ParsedSettings = { ok: true; settings: Settings } | { ok: false; problems: string[] };

type Environment = Readonly<Record<string, string | undefined>>;
type Values = z.output<typeof environmentSchema>;
type SettingName = keyof Values;

/** A longer text is cut where a problem repeats it. */
const LONGEST_SHOWN_TEXT = 100;

/**
 * Reads the settings from environment variables. A variable that is empty counts as not set.
 * @returns the settings, or all that is wrong, each a sentence that names the setting and what is expected. What was
 *   given is repeated except for secrets.
 */
export function parseSettings(environment: Environment): ParsedSettings {
  const texts = settingTexts(environment);
  const wrong = new Map<string, string>();
  for (const issue of environmentSchema.safeParse(texts).error?.issues ?? []) {
    const name = String(issue.path[0]);
    wrong.set(name, problemSentence(name, issue.message, texts[name] ?? ''));
  }

  // What is wrong is left out and the rest read again, so that the start lists every problem and not only the first kind.
  const rest = Object.entries(texts).filter(([name]) => !wrong.has(name));
  const values = environmentSchema.parse(Object.fromEntries(rest));
  const contradictions = crossChecks
    .filter((check) => !check.settings.some((name) => wrong.has(name)))
    .flatMap((check) => check.problem(values) ?? []);

  const problems = [...wrong.values(), ...contradictions];
  return problems.length === 0 ? { ok: true, settings: settingsFrom(values) } : { ok: false, problems };
}

/** The known settings that have a text, without the spaces around it. */
function settingTexts(environment: Environment): Record<string, string> {
  const texts = Object.keys(environmentSchema.shape).map((name) => [name, environment[name]?.trim() ?? ''] as const);
  return Object.fromEntries(texts.filter(([, text]) => text !== ''));
}

function problemSentence(name: string, expected: string, given: string): string {
  const isSecret = settingDescriptions().some((setting) => setting.name === name && setting.secret);
  if (isSecret) return `${name} must be ${expected}; what it is now is not shown because it may be secret.`;
  const shown = given.length > LONGEST_SHOWN_TEXT ? `${given.slice(0, LONGEST_SHOWN_TEXT)}…` : given;
  return `${name} must be ${expected}, but is ${JSON.stringify(shown)}.`;
}

/** A rule over several settings. It is not asked when one of them is wrong by itself. */
interface CrossCheck {
  settings: readonly SettingName[];
  /** A sentence, or undefined when the rule is kept. */
  problem(values: Values): string | undefined;
}

const crossChecks: readonly CrossCheck[] = [
  { settings: ['TPG_VIEW_KEY', 'TPG_TARI_NODES', 'TPG_TARI_NODE_GRPC'], problem: completenessProblem },
  { settings: ['TPG_VIEW_KEY', 'TPG_PAYMENT_WALLET_ADDRESS'], problem: viewKeyProblem },
  { settings: ['TPG_PAY_PAGE', 'TPG_PUBLIC_URL'], problem: publicUrlProblem },
  { settings: ['TPG_SHOP_COLOUR'], problem: colourProblem },
  {
    settings: ['TPG_JWT_SIGNING_KEY', 'TPG_JWT_VERIFICATION_KEY'],
    problem({ TPG_JWT_SIGNING_KEY: signing, TPG_JWT_VERIFICATION_KEY: verification }) {
      if ((signing === undefined) !== (verification === undefined)) {
        const missing = signing === undefined ? 'TPG_JWT_SIGNING_KEY' : 'TPG_JWT_VERIFICATION_KEY';
        return `TPG_JWT_SIGNING_KEY and TPG_JWT_VERIFICATION_KEY must both be set, or neither; ${missing} is missing.`;
      }
      if (signing === undefined || verification === undefined || keyPairOf(signing, verification)) return undefined;
      return 'TPG_JWT_VERIFICATION_KEY must be the public key of TPG_JWT_SIGNING_KEY, and these two do not match.';
    },
  },
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
];

function settingsFrom(values: Values): Settings {
  return {
    host: values.TPG_HOST,
    port: values.TPG_PORT,
    publicUrl: values.TPG_PUBLIC_URL ?? null,
    useXForwardedFor: values.TPG_USE_X_FORWARDED_FOR,
    useForwarded: values.TPG_USE_FORWARDED,
    trustedProxies: values.TPG_TRUSTED_PROXIES,
    shutdownDelayMs: values.TPG_SHUTDOWN_DELAY,
    databaseUrl: values.TPG_DATABASE_URL,
    maxConnections: values.TPG_MAX_CONNECTIONS,
    databaseConnectTimeoutMs: values.TPG_DATABASE_CONNECT_TIMEOUT,
    databaseStatementTimeoutMs: values.TPG_DATABASE_STATEMENT_TIMEOUT,
    databaseIdleTimeoutMs: values.TPG_DATABASE_IDLE_TIMEOUT,
    jwtKeys: keyPairOf(values.TPG_JWT_SIGNING_KEY ?? '', values.TPG_JWT_VERIFICATION_KEY ?? '') ?? null,
    strictMode: values.TPG_STRICT_MODE,
    disableMemoSignatureCheck: values.TPG_DISABLE_MEMO_SIGNATURE_CHECK,
    unclaimedOrderTimeoutMs: values.TPG_UNCLAIMED_ORDER_TIMEOUT,
    unpaidOrderTimeoutMs: values.TPG_UNPAID_ORDER_TIMEOUT,
    expirySchedule: values.TPG_EXPIRY_SCHEDULE,
    expiryGraceMs: values.TPG_EXPIRY_GRACE,
    confirmationWaitMs: values.TPG_CONFIRMATION_WAIT,
    paymentWalletAddress: values.TPG_PAYMENT_WALLET_ADDRESS ?? null,
    disableWalletWhitelist: values.TPG_DISABLE_WALLET_WHITELIST,
    underpaidTolerance: values.TPG_UNDERPAID_TOLERANCE,
    payPage: payPageSettingsFrom(values),
    chain: chainSettingsFrom(values),
    shopify: shopifySettingsFrom(values),
    rateLimitPerMinute: values.TPG_RATE_LIMIT,
    logLevel: values.TPG_LOG_LEVEL,
    metrics: values.TPG_METRICS,
    plugins: values.TPG_PLUGINS ?? [],
  };
}

function shopifySettingsFrom(values: Values): ShopifySettings {
  const shop = values.TPG_SHOPIFY_SHOP ?? null;
  const apiSecret = values.TPG_SHOPIFY_API_SECRET ?? null;
  return {
    shop: shop === null ? null : (shopHostValue(shop) ?? shop),
    apiVersion: values.TPG_SHOPIFY_API_VERSION,
    apiKey: values.TPG_SHOPIFY_API_KEY ?? null,
    apiSecret,
    adminAccessToken: values.TPG_SHOPIFY_ADMIN_ACCESS_TOKEN ?? null,
    storefrontAccessToken: values.TPG_SHOPIFY_STOREFRONT_ACCESS_TOKEN ?? null,
    adminUrl: values.TPG_SHOPIFY_ADMIN_URL ?? null,
    // Shopify signs an app's webhooks with the app's client secret (shopify.md 0.4).
    hmacSecret: values.TPG_SHOPIFY_HMAC_SECRET ?? apiSecret,
    hmacSecretPrevious: values.TPG_SHOPIFY_HMAC_SECRET_PREVIOUS ?? null,
    hmacChecks: values.TPG_SHOPIFY_HMAC_CHECKS,
    keepWebhooks: values.TPG_SHOPIFY_KEEP_WEBHOOKS,
    maxWebhookAgeMs: values.TPG_SHOPIFY_MAX_WEBHOOK_AGE,
    ipWhitelist: values.TPG_SHOPIFY_IP_WHITELIST,
    orderIdField: values.TPG_SHOPIFY_ORDER_ID_FIELD,
    priceField: values.TPG_SHOPIFY_PRICE_FIELD,
    capturePayments: values.TPG_SHOPIFY_CAPTURE_PAYMENTS,
    paymentMethods: values.TPG_SHOPIFY_PAYMENT_METHOD ?? null,
  };
}

/**
 * What the operator should know about settings that are allowed: protections that are switched off, and what will not
 * work. Each is a sentence.
 */
export function warnings(settings: Settings): string[] {
  return [...protectionWarnings(settings), ...completenessWarnings(settings)];
}

function protectionWarnings(settings: Settings): string[] {
  const { shopify } = settings;
  const plainAdminUrl = shopify.adminUrl?.startsWith('http:') && !isLoopbackUrl(shopify.adminUrl);
  return sentences([
    [
      !shopify.hmacChecks,
      'TPG_SHOPIFY_HMAC_CHECKS is off: anybody who reaches this server can send orders. Never run production so.',
    ],
    [
      shopify.ipWhitelist === null && shopify.shop !== null,
      'TPG_SHOPIFY_IP_WHITELIST is off: webhooks are taken from any address, if their signature is good.',
    ],
    [
      settings.disableWalletWhitelist,
      'TPG_DISABLE_WALLET_WHITELIST is on: wallet notifications are taken from any address, if their signature is good.',
    ],
    [
      settings.disableMemoSignatureCheck,
      "TPG_DISABLE_MEMO_SIGNATURE_CHECK is on: anybody can claim an order in anybody's name, and any number in a payment's memo is taken for an order. Never run production so.",
    ],
    [
      settings.useXForwardedFor && settings.useForwarded,
      'TPG_USE_X_FORWARDED_FOR and TPG_USE_FORWARDED are both on: a client can forge the header that your proxy does not set. Leave on the one that it sets.',
    ],
    [plainAdminUrl === true, 'TPG_SHOPIFY_ADMIN_URL is not https: the access token can be read on its way.'],
  ]);
}

function completenessWarnings(settings: Settings): string[] {
  const { shopify } = settings;
  return sentences([
    [
      settings.jwtKeys === null,
      'TPG_JWT_SIGNING_KEY and TPG_JWT_VERIFICATION_KEY are not set: access tokens are signed with a random key. Never run production so.',
    ],
    [
      settings.jwtKeys === null && settings.databaseUrl.startsWith('postgres'),
      'Each instance of the server makes such a key of its own, and takes no access token of another instance.',
    ],
    [
      settings.paymentWalletAddress === null,
      'TPG_PAYMENT_WALLET_ADDRESS is not set: customers who claim an order are told to pay to the hot wallet that was registered first.',
    ],
    [
      settings.payPage !== null && settings.paymentWalletAddress?.kind !== 'dual',
      'The pay page is on, but TPG_PAYMENT_WALLET_ADDRESS is no dual address: without one no order has an address of its own, unless the hot wallet that was registered first has one.',
    ],
    [
      settings.payPage !== null &&
        settings.publicUrl?.startsWith('http:') === true &&
        !isLoopbackUrl(settings.publicUrl),
      'TPG_PUBLIC_URL is not https: what customers see of their orders can be read and changed on its way.',
    ],
    [shopify.shop === null, 'TPG_SHOPIFY_SHOP is not set: no shop is told what becomes of its orders.'],
    [
      shopify.shop !== null && shopify.paymentMethods === null,
      'TPG_SHOPIFY_PAYMENT_METHOD is not set: every order of the shop counts as one in Tari, however it is to be paid, and is cancelled there unless it is paid in time.',
    ],
    [
      shopify.shop !== null && shopify.keepWebhooks && settings.publicUrl?.startsWith('http:') === true,
      'TPG_PUBLIC_URL is not https: the shop sends webhooks to https addresses only, so their subscriptions are not looked at.',
    ],
    [
      shopify.hmacChecks && shopify.hmacSecret === null,
      'TPG_SHOPIFY_HMAC_SECRET is not set: everything under /shopify is answered with 403.',
    ],
    [
      settings.databaseUrl === 'sqlite://:memory:',
      'TPG_DATABASE_URL is a database in memory: all is lost when the server stops.',
    ],
  ]);
}

function sentences(rows: readonly (readonly [applies: boolean, sentence: string])[]): string[] {
  return rows.filter(([applies]) => applies).map(([, sentence]) => sentence);
}

function isLoopbackUrl(url: string): boolean {
  return /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(new URL(url).hostname);
}
