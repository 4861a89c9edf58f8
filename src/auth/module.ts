import { defineModule } from '#platform/module.ts';
import { authErrors } from './errors.ts';

/** Logins, access tokens, roles, and the wallets that may report payments. */
export const auth = defineModule({
  name: 'auth',
  errors: authErrors,
  service: () => import('./service.ts'),
  routes: () => import('./http/routes.ts'),
});
