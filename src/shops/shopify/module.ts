import { defineModule } from '#platform/module.ts';
import { shopifyErrors } from './errors.ts';

/** The Shopify adapter: its webhooks and its Admin API. */
export const shopify = defineModule({
  name: 'shopify',
  errors: shopifyErrors,
  settings: () => import('./settings.ts'),
  service: () => import('./service.ts'),
  routes: () => import('./http/routes.ts'),
  commands: {
    shopify: async () => (await import('./cli/shopify.ts')).shopifyCommand,
  },
});
