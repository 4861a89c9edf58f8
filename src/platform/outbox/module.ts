import { defineModule } from '#platform/module.ts';
import { outboxErrors } from './errors.ts';

/** Events and their delivery to each subscriber. */
export const outbox = defineModule({
  name: 'outbox',
  errors: outboxErrors,
  settings: () => import('./settings.ts'),
  service: () => import('./service.ts'),
  routes: () => import('./http/routes.ts'),
  commands: {
    'admin dead-letters': async () => (await import('./cli/commands.ts')).deadLettersCommand,
    'admin events': async () => (await import('./cli/commands.ts')).eventsCommand,
  },
});
