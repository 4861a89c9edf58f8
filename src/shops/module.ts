import { defineModule } from '#platform/module.ts';
import { shopErrors } from './errors.ts';
import { SHOP_EVENTS } from './events.ts';

/** Shops: the orders that come from them, and the notifications back to them. */
export const shops = defineModule({
  name: 'shops',
  errors: shopErrors,
  events: SHOP_EVENTS,
  service: () => import('./service.ts'),
  routes: () => import('./http/routes.ts'),
  commands: {
    'admin price-updates': async () => (await import('./cli/commands.ts')).priceUpdatesCommand,
    'admin rejected': async () => (await import('./cli/commands.ts')).rejectedCommand,
    'admin orders rescan': async () => (await import('./cli/commands.ts')).rescanCommand,
  },
});
