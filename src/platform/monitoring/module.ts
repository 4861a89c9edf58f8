import { defineModule } from '#platform/module.ts';

/** Readiness and metrics. */
export const monitoring = defineModule({
  name: 'monitoring',
  settings: () => import('./settings.ts'),
  service: () => import('./service.ts'),
  routes: () => import('./http/routes.ts'),
  commands: {
    'admin health': async () => (await import('./cli/health.ts')).healthCommand,
  },
});
