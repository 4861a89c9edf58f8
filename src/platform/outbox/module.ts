import { defineModule } from '#platform/module.ts';
import { outboxErrors } from './errors.ts';

/** Events and their delivery to each subscriber. */
export const outbox = defineModule({
  name: 'outbox',
  errors: outboxErrors,
  service: () => import('./service.ts'),
  routes: () => import('./http/routes.ts'),
});
