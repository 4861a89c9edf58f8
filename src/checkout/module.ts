import { defineModule } from '#platform/module.ts';
import { checkoutErrors } from './errors.ts';

/** The customer's page: payment instructions, received payments, and the receipt. */
export const checkout = defineModule({
  name: 'checkout',
  errors: checkoutErrors,
  settings: () => import('./settings.ts'),
  service: () => import('./service.ts'),
  routes: () => import('./http/module-routes.ts'),
  commands: {
    'admin orders link': async () => (await import('./cli/link.ts')).linkCommand,
  },
});
