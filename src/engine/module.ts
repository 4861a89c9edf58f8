import { defineModule } from '#platform/module.ts';
import { engineErrors } from './errors.ts';
import { EVENT_TYPES } from './events.ts';

/** The payment engine: orders, claims, payments and settlement. */
export const engine = defineModule({
  name: 'engine',
  errors: engineErrors,
  events: EVENT_TYPES,
  settings: () => import('./settings.ts'),
  service: () => import('./service.ts'),
  routes: () => import('./http/routes.ts'),
  commands: {
    claim: async () => (await import('./cli/claim.ts')).claimCommand,
    'payment-addresses': async () => (await import('./cli/claim.ts')).paymentAddressesCommand,
    my: async () => (await import('./cli/commands.ts')).myCommand,
    'admin orders': async () => (await import('./cli/commands.ts')).ordersCommand,
    'admin payments': async () => (await import('./cli/commands.ts')).paymentsCommand,
    'admin accounts': async () => (await import('./cli/commands.ts')).accountsCommand,
    'admin held': async () => (await import('./cli/commands.ts')).heldCommand,
    audit: async () => (await import('./cli/commands.ts')).auditCommand,
  },
});
