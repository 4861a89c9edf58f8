import { defineModule } from '#platform/module.ts';

/** Reports on orders and on movements of money. */
export const reports = defineModule({
  name: 'reports',
  migrations: () => import('#migrations/support/reports/index.ts'),
  service: () => import('./service.ts'),
  routes: () => import('./http/routes.ts'),
  commands: {
    'admin reports': async () => (await import('./cli/reports.ts')).reportsCommand,
  },
});
