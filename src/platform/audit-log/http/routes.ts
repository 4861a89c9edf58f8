import type { MakeRoutes } from '#platform/module.ts';
import { auditLogRoutes } from './audit-log.ts';

export const routes: MakeRoutes = ({ auditLog }) => auditLogRoutes(auditLog);
