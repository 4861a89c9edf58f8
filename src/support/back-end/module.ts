import { defineModule } from '#platform/module.ts';
import { backEndErrors } from './errors.ts';

/** The documented back end of a support console, over the same use cases as the console (docs/back-end.md). */
export const backEnd = defineModule({
  name: 'backEnd',
  errors: backEndErrors,
  settings: () => import('./settings.ts'),
  service: () => import('./service.ts'),
  routes: () => import('./http/routes.ts'),
});
