import { defineModule } from '#platform/module.ts';
import { supportErrors } from './errors.ts';

/** The support console: pages on which staff find, explain and give back. */
export const support = defineModule({
  name: 'support',
  errors: supportErrors,
  settings: () => import('./settings.ts'),
  migrations: () => import('#migrations/support/index.ts'),
  service: () => import('./service.ts'),
  routes: () => import('./http/routes.ts'),
});
