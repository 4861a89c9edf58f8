import { defineModule } from '#platform/module.ts';
import { engineErrors } from './errors.ts';
import { EVENT_TYPES } from './events.ts';

/** The payment engine: orders, claims, payments, and who pays what. */
export const engine = defineModule({
  name: 'engine',
  errors: engineErrors,
  events: EVENT_TYPES,
  settings: () => import('./settings.ts'),
  service: () => import('./service.ts'),
  routes: () => import('./http/routes.ts'),
});
