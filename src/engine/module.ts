import { defineModule } from '#platform/module.ts';
import { engineErrors } from './errors.ts';

/** The payment engine: orders, claims, payments and settlement. */
export const engine = defineModule({
  name: 'engine',
  errors: engineErrors,
  service: () => import('./service.ts'),
  routes: () => import('./http/routes.ts'),
});
