import { HOUSEKEEPING_SCHEDULE } from '#platform/jobs/housekeeping.ts';
import type { IdRange } from '#platform/list-order.ts';
import type { Opened, ServiceContext } from '#platform/module.ts';
import { operatorActions } from './operator-actions.ts';
import { type AuditLogFilter, auditLogRepository } from './store/audit-log.ts';

declare module '#platform/module.ts' {
  interface Services {
    auditLog: AuditLogService;
  }
}

export type AuditLogService = ReturnType<typeof service>;

function service({ store }: ServiceContext) {
  return {
    /** Up to `limit` matching records of the audit log after the one with id `after`, oldest first by default. */
    search: (filter: AuditLogFilter, after: bigint, limit: number, range: IdRange = {}) =>
      store.read((tx) => tx.use(auditLogRepository).search(filter, after, limit, range)),
  };
}

export function open(context: ServiceContext): Opened<AuditLogService> {
  const { forgetOld } = operatorActions(context);
  return {
    service: service(context),
    background: { jobs: [{ name: 'forget-idempotency-keys', schedule: HOUSEKEEPING_SCHEDULE, run: forgetOld }] },
  };
}
