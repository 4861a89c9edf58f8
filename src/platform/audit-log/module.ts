import { defineModule } from '#platform/module.ts';
import { auditLogErrors } from './errors.ts';

/** What people change by hand, and the log of it. */
export const auditLog = defineModule({
  name: 'auditLog',
  errors: auditLogErrors,
  service: () => import('./service.ts'),
  routes: () => import('./http/routes.ts'),
  commands: {
    'admin audit-log': async () => (await import('./cli/audit-log.ts')).auditLogCommand,
  },
});
