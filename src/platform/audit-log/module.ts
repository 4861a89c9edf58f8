import { defineModule } from '#platform/module.ts';
import { auditLogErrors } from './errors.ts';

/** Operator actions and their audit log. */
export const auditLog = defineModule({
  name: 'auditLog',
  errors: auditLogErrors,
  service: () => import('./service.ts'),
  routes: () => import('./http/routes.ts'),
  commands: {
    'admin audit-log': async () => (await import('./cli/audit-log.ts')).auditLogCommand,
  },
});
