import { defineModule } from '#platform/module.ts';
import { engineErrors } from './errors.ts';

/** The payment engine: orders, claims, payments, and who pays what. */
export const engine = defineModule({
  name: 'engine',
  errors: engineErrors,
  settings: () => import('./settings.ts'),
  service: () => import('./service.ts'),
  routes: () => import('./http/routes.ts'),
});
