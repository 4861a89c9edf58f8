import { defineModule } from '#platform/module.ts';

/** Readiness and metrics. */
export const monitoring = defineModule({
  name: 'monitoring',
  service: () => import('./service.ts'),
  routes: () => import('./http/routes.ts'),
});
