import * as z from 'zod';
import type { Clock } from '#platform/clock.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { ShopConnector } from '#shops/shop-connector.ts';
import { type AdminClient, createAdminClient } from './admin-api/client.ts';
import { READ_API_VERSIONS, READ_CONNECTION } from './admin-api/operations.ts';
import type { Sleep } from './admin-api/sleep.ts';
import { clientCredentialsToken, staticToken, type TokenSource } from './admin-api/tokens.ts';
import { createShopifyConnector } from './connector.ts';
import { renewSubscriptions, type SubscriptionRenewal } from './subscriptions/subscription-renewal.ts';
import type { OrderWebhookOptions } from './webhooks/order.ts';

const DEFAULT_FIELDS: OrderWebhookOptions = { priceField: 'total' };

export interface ShopifySettings {
  /** The shop's domain, such as `my-shop.myshopify.com`. */
  shop: string;
  /** Replaces `https://{shop}/admin/api/{apiVersion}`, for tests and proxies (TPG_SHOPIFY_ADMIN_URL). */
  adminUrl?: string | undefined;
  /** Such as `2026-10`. */
  apiVersion: string;
  /** Takes precedence over the client's id and secret, which older settings have besides it. */
  accessToken?: string | undefined;
  clientId?: string | undefined;
  clientSecret?: string | undefined;
  /** How orders are read; by default by their total, and all of them. */
  fields?: OrderWebhookOptions | undefined;
}

export interface ShopifyPorts {
  fetch: typeof globalThis.fetch;
  clock: Clock;
  sleep: Sleep;
  random: () => number;
  log: Logger;
  /** For one request; 10 000 by default. */
  timeoutMs?: number | undefined;
}

/** The shop's report on our app's connection. */
export interface ConnectionReport {
  /** The shop's own domain. */
  shop: string;
  shopifyPlus: boolean;
  /** The scopes that our app was granted, sorted. */
  scopes: string[];
  /** Scopes that this server needs and doesn't have. */
  missingScopes: string[];
  /** Sentences for the log at the start; empty if all is well. */
  warnings: string[];
}

export interface ShopifyConnector extends ShopConnector {
  /**
   * Reads the scopes and the API version that the connection really has.
   * @throws {ShopError} when the shop can't be asked.
   */
  checkConnection(signal?: AbortSignal): Promise<ConnectionReport>;
  /**
   * Subscribes the server at this public address to all topics that it needs; see `renewSubscriptions`.
   * @throws {ShopError} when the shop can't be asked.
   */
  renewSubscriptions(server: string, signal?: AbortSignal): Promise<SubscriptionRenewal>;
}

/**
 * Builds the connector of a Shopify shop from the settings. Nothing is sent before the first call.
 * @throws {Error} when the settings hold no way to an access token, or no usable address.
 */
export function shopifyFromSettings(settings: ShopifySettings, ports: ShopifyPorts): ShopifyConnector {
  const addresses = shopifyAddresses(settings);
  const client = createAdminClient({
    ...ports,
    url: addresses.graphqlUrl,
    apiVersion: settings.apiVersion,
    token: tokenFromSettings(settings, addresses.tokenUrl, ports),
  });
  return {
    ...createShopifyConnector({ ...ports, client, fields: settings.fields ?? DEFAULT_FIELDS }),
    checkConnection: (signal) => checkConnection(client, settings.apiVersion, signal),
    renewSubscriptions: (server, signal) => renewSubscriptions(client, server, signal),
  };
}

/**
 * Where the shop's GraphQL endpoint and its tokens are.
 * @throws {Error} when `shop` is no host name or `adminUrl` no URL: our secrets would go who knows where.
 */
export function shopifyAddresses(settings: Pick<ShopifySettings, 'shop' | 'adminUrl' | 'apiVersion'>): {
  graphqlUrl: string;
  tokenUrl: string;
} {
  const adminUrl = settings.adminUrl ?? `https://${hostOfShop(settings.shop)}/admin/api/${settings.apiVersion}`;
  const { origin, protocol } = new URL(adminUrl);
  if (protocol !== 'https:' && protocol !== 'http:') throw new Error('The shop has to be reached by http or https.');
  return {
    graphqlUrl: `${adminUrl.replace(/\/+$/, '')}/graphql.json`,
    tokenUrl: `${origin}/admin/oauth/access_token`,
  };
}

function hostOfShop(shop: string): string {
  if (/^[a-z0-9][a-z0-9.-]*\.[a-z]+$/i.test(shop)) return shop.toLowerCase();
  throw new Error("The shop's domain is not a host name such as my-shop.myshopify.com.");
}

function tokenFromSettings(settings: ShopifySettings, tokenUrl: string, ports: ShopifyPorts): TokenSource {
  const { accessToken, clientId, clientSecret } = settings;
  if (accessToken !== undefined) return staticToken(accessToken);
  if (clientId === undefined || clientSecret === undefined) {
    throw new Error("Shopify needs an access token, or the app's client id and secret.");
  }
  return clientCredentialsToken({ ...ports, tokenUrl, clientId, clientSecret });
}

const connectionSchema = z.object({
  currentAppInstallation: z.object({ accessScopes: z.array(z.object({ handle: z.string() })) }),
  shop: z.object({ myshopifyDomain: z.string(), plan: z.object({ shopifyPlus: z.boolean() }) }),
});
const apiVersionsSchema = z.object({
  publicApiVersions: z.array(z.object({ handle: z.string(), supported: z.boolean() })),
});

async function checkConnection(
  client: AdminClient,
  apiVersion: string,
  signal: AbortSignal | undefined,
): Promise<ConnectionReport> {
  const connection = await client.request(READ_CONNECTION, {}, connectionSchema, { signal });
  const versions = await client.request(READ_API_VERSIONS, {}, apiVersionsSchema, { signal });
  const scopes = connection.currentAppInstallation.accessScopes.map((scope) => scope.handle).sort();
  const missingScopes = findMissingScopes(scopes);
  const supported = versions.publicApiVersions.some((version) => version.handle === apiVersion && version.supported);
  return {
    shop: connection.shop.myshopifyDomain,
    shopifyPlus: connection.shop.plan.shopifyPlus,
    scopes,
    missingScopes,
    warnings: [...scopeWarnings(missingScopes), ...versionWarnings(apiVersion, supported)],
  };
}

/** Without one of these, orders can't be marked as paid or cancelled in the shop. */
const ORDER_SCOPES = ['read_orders', 'write_orders'];

/** Without one of these, the shop's prices in Tari can't be set. */
const PRICE_SCOPES = ['write_products', 'write_metaobjects', 'read_metaobject_definitions'];

/** Writing includes reading with Shopify, which then may list the one scope only. */
function findMissingScopes(scopes: readonly string[]): string[] {
  const isMissing = (scope: string) => !scopes.includes(scope) && !scopes.includes(scope.replace('read_', 'write_'));
  return [...ORDER_SCOPES, ...PRICE_SCOPES].filter(isMissing);
}

function scopeWarnings(missingScopes: readonly string[]): string[] {
  const warningOf = (scopes: readonly string[], consequence: string) => {
    const missing = scopes.filter((scope) => missingScopes.includes(scope));
    return missing.length === 0 ? [] : [`Our app in the shop lacks ${missing.join(' and ')}: ${consequence}.`];
  };
  return [
    ...warningOf(ORDER_SCOPES, "orders can't be marked as paid or cancelled there"),
    ...warningOf(PRICE_SCOPES, "the shop's prices in Tari can't be set there"),
  ];
}

function versionWarnings(apiVersion: string, supported: boolean): string[] {
  if (supported) return [];
  return [`The shop no longer supports API version ${apiVersion}: set TPG_SHOPIFY_API_VERSION to a current one.`];
}
