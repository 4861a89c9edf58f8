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
  service: () => import('./service.ts'),
});
