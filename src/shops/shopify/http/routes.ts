import { engineSettings } from '#engine/context.ts';
import type { Settings } from '#platform/config/read-settings.ts';
import { createIpList } from '#platform/http/ip-allowlist.ts';
import type { MakeRoutes } from '#platform/module.ts';
import { signedDeliveries } from '#shops/http/signed-deliveries.ts';
import { HMAC_FAULTS } from './hmac-fault.ts';
import { shopifyRoutes } from './webhooks.ts';

export { examples } from './examples.ts';

export const routes: MakeRoutes = ({ shops }, { settings, log, clientAddress, limitStrangers, counters }) => {
  const countRefused = counters.add({
    name: 'tpg_webhooks_refused_total',
    help: 'Webhooks that were refused for their signature, by reason.',
    label: 'reason',
    values: HMAC_FAULTS,
  });
  const webhooks = signedDeliveries(shops.webhooks, { settings: engineSettings(settings), log });
  return shopifyRoutes({ ...shopSettings(settings), webhooks, clientAddress, limitStrangers, countRefused, log });
};

function shopSettings({ shopify }: Settings) {
  const secrets = [shopify.hmacSecret, shopify.hmacSecretPrevious].filter((secret) => secret !== null);
  return {
    ipWhitelist: shopify.ipWhitelist === null ? null : createIpList(shopify.ipWhitelist),
    hmacSecrets: shopify.hmacChecks ? secrets : null,
    otherSecrets: shopify.apiSecret === null || secrets.includes(shopify.apiSecret) ? [] : [shopify.apiSecret],
    // With another Admin URL (tests, proxies) the shop's name is arbitrary.
    shop: shopify.adminUrl === null ? shopify.shop : null,
    fields: shopify,
  };
}
