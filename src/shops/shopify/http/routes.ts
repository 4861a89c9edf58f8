import { engineSettings } from '#engine/context.ts';
import type { Settings } from '#platform/config/read-settings.ts';
import { createIpList } from '#platform/http/ip-allowlist.ts';
import type { MakeRoutes } from '#platform/module.ts';
import { signedDeliveries } from '#shops/http/signed-deliveries.ts';
import { shopifyRoutes } from './webhooks.ts';

export const routes: MakeRoutes = ({ shops }, { settings, log, clientAddress, limitStrangers }) => {
  const webhooks = signedDeliveries(shops.webhooks, { settings: engineSettings(settings), log });
  return shopifyRoutes({ ...shopSettings(settings), webhooks, clientAddress, limitStrangers });
};

function shopSettings({ shopify }: Settings) {
  const secrets = [shopify.hmacSecret, shopify.hmacSecretPrevious].filter((secret) => secret !== null);
  return {
    ipWhitelist: shopify.ipWhitelist === null ? null : createIpList(shopify.ipWhitelist),
    hmacSecrets: shopify.hmacChecks ? secrets : null,
    // Behind another address (tests, proxies) the shop's name is whatever stands there.
    shop: shopify.adminUrl === null ? shopify.shop : null,
    fields: shopify,
  };
}
