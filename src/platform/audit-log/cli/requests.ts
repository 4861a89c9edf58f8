import type { ApiClient, Query } from '#platform/cli/api-client.ts';
import * as shapes from './answers.ts';

export type AuditLogClient = ReturnType<typeof auditLogClient>;

/** What is asked about changes by hand. */
export function auditLogClient(client: ApiClient) {
  return {
    ...client,
    auditLog: (query: Query = {}) => client.get('/api/audit_log', shapes.auditRecord.array(), query),
  };
}
