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
  routes: () => import('./http/routes.ts'),
  commands: {
    'admin refunds': async () => (await import('./cli/refunds.ts')).refundsCommand,
    'admin payouts': async () => (await import('./cli/payouts.ts')).payoutsCommand,
  },
});
