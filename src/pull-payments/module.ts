import { defineModule } from '#platform/module.ts';
import { pullPaymentErrors } from './errors.ts';
import './service-type.ts';

/** Pointers from which others may pull money over Interledger, an amount in each interval. */
export const pullPayments = defineModule({
  name: 'pullPayments',
  errors: pullPaymentErrors,
  settings: () => import('./settings.ts'),
  routes: () => import('./http/routes.ts'),
  commands: {
    pull: async () => (await import('./cli/commands.ts')).pullCommand,
  },
});
