import { defineModule } from '#platform/module.ts';
import { pullPaymentErrors } from './errors.ts';
import { PULL_EVENTS } from './events.ts';

/** Pointers from which others may pull money over Interledger, an amount in each interval. */
export const pullPayments = defineModule({
  name: 'pullPayments',
  errors: pullPaymentErrors,
  events: PULL_EVENTS,
  migrations: () => import('#migrations/pull-payments/index.ts'),
  books: () => import('./books.ts'),
  settings: () => import('./settings.ts'),
  service: () => import('./service.ts'),
  routes: () => import('./http/routes.ts'),
  commands: {
    pull: async () => (await import('./cli/commands.ts')).pullCommand,
  },
});
