import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '#platform/logging/logger.ts';
import type { Opened, ServiceContext } from '#platform/module.ts';
import '#shops/ports.ts';
import { type ShopifyConnector, shopifyFromSettings } from './connect.ts';
import { SubscriptionKeeper } from './subscriptions/subscription-keeper.ts';
import { readContent } from './webhooks/content.ts';

declare module '#platform/module.ts' {
  interface Services {
    // biome-ignore lint/complexity/noBannedTypes: it works through its ports only.
    shopify: {};
  }
}

/** Provides this shop to the contexts that use shops. */
export function open(context: ServiceContext): Opened<object> {
  const { ports, settings, log } = context;
  ports.readContent ??= (topic, body) => readContent(topic, body, settings.shopify);
  const shop = connect(context);
  if (shop === undefined) return { service: {} };
  ports.shop = shop;
  let keeper: SubscriptionKeeper | undefined;
  return {
    service: {},
    background: {
      start: () => void reportConnection(shop, log),
      begin() {
        keeper = subscriptionKeeper(context, shop);
        keeper?.start();
      },
      async end() {
        await keeper?.stop();
        keeper = undefined;
      },
    },
  };
}

/** Undefined if the shop would send no webhooks here, or if the operator manages its subscriptions. */
function subscriptionKeeper(
  { settings: { publicUrl, shopify }, random, log }: ServiceContext,
  shop: ShopifyConnector,
): SubscriptionKeeper | undefined {
  if (!shopify.keepWebhooks || !publicUrl?.startsWith('https:')) return undefined;
  return new SubscriptionKeeper({ renew: (signal) => shop.renewSubscriptions(publicUrl, signal), random, log });
}

/** The configured shop, if there is one. */
function connect({ settings: { shopify }, fetch, clock, random, log }: ServiceContext): ShopifyConnector | undefined {
  if (shopify.shop === null) return undefined;
  return shopifyFromSettings(
    {
      shop: shopify.shop,
      apiVersion: shopify.apiVersion,
      adminUrl: shopify.adminUrl ?? undefined,
      accessToken: shopify.adminAccessToken ?? undefined,
      clientId: shopify.apiKey ?? undefined,
      clientSecret: shopify.apiSecret ?? undefined,
      fields: shopify,
    },
    {
      fetch,
      clock,
      sleep: (milliseconds, signal) => sleep(milliseconds, undefined, signal ? { signal } : {}),
      random,
      log,
    },
  );
}

async function reportConnection(connector: ShopifyConnector, log: Logger): Promise<void> {
  try {
    const report = await connector.checkConnection();
    log.info({ shop: report.shop, scopes: report.scopes }, `Connected to the shop ${report.shop}`);
    for (const warning of report.warnings) log.warn({ shop: report.shop }, warning);
  } catch (error) {
    log.warn({ err: error }, 'The shop is not reachable at the moment; calls to it are retried until they succeed');
  }
}
