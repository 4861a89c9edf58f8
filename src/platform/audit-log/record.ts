import type { Transaction } from '#platform/database/store.ts';
import { stringifyJson } from '#platform/json.ts';
import { auditLogRepository } from './store/audit-log.ts';

/** One operator action. Before and after are views, left out if there was nothing. */
export interface AuditEntry {
  /** An address in base58, `staff:<id>` for a person, or a part of the server such as `taritools`. */
  actor: string;
  action: string;
  subject: string;
  reason?: string | undefined;
  before?: object | undefined;
  after?: object | undefined;
}

/** Adds a line to the append-only audit log, in the unit of work of the change. */
export async function recordChange(tx: Transaction, entry: AuditEntry, now: Date): Promise<void> {
  await tx.use(auditLogRepository).append(
    {
      actor: entry.actor,
      action: entry.action,
      subject: entry.subject,
      reason: entry.reason ?? null,
      before: entry.before ? stringifyJson(entry.before) : null,
      after: entry.after ? stringifyJson(entry.after) : null,
    },
    now,
  );
}
