import { defineModule } from '#platform/module.ts';
import { webhookErrors } from './errors.ts';
import { WEBHOOK_EVENTS } from './events.ts';

/** The merchant's own programs are told of events over HTTP. */
export const webhooks = defineModule({
  name: 'webhookEndpoints',
  errors: webhookErrors,
  events: WEBHOOK_EVENTS,
  settings: () => import('./settings.ts'),
  migrations: () => import('#migrations/webhooks/index.ts'),
  service: () => import('./service.ts'),
  routes: () => import('./http/routes.ts'),
  commands: {
    'admin webhooks': async () => (await import('./cli/webhooks.ts')).webhooksCommand,
  },
});
