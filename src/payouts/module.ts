import { defineModule } from '#platform/module.ts';
import { payoutErrors } from './errors.ts';
import { PAYOUT_EVENTS } from './events.ts';

/** Money that goes out: refunds, sweeps, and the payouts that pay them. */
export const payouts = defineModule({
  name: 'payouts',
  errors: payoutErrors,
  events: PAYOUT_EVENTS,
  settings: () => import('./settings.ts'),
  migrations: () => import('#migrations/payouts/index.ts'),
  books: () => import('./books.ts'),
  service: () => import('./service.ts'),
});
