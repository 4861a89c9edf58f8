import { defineModule } from '#platform/module.ts';
import { shopErrors } from './errors.ts';

/** Shops: the orders that come from them, and the notifications back to them. */
export const shops = defineModule({
  name: 'shops',
  errors: shopErrors,
  service: () => import('./service.ts'),
  routes: () => import('./http/routes.ts'),
});
