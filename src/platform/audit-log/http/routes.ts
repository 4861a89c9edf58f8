import type { MakeRoutes } from '#platform/module.ts';
import { auditLogRoutes } from './audit-log.ts';

export { examples } from './examples.ts';

export const routes: MakeRoutes = ({ auditLog }) => auditLogRoutes(auditLog);
