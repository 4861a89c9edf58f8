import type { Kysely } from 'kysely';
import type { Tables } from './database.ts';
import { timeText } from './values.ts';

export interface AuditRecord {
  /** Who: an address in base58, or a part of the server (`expiry`, `taritools`). */
  actor: string;
  /** What was done, as a verb phrase: `set exchange rate`. */
  action: string;
  /** What it was done to. */
  subject: string;
  reason: string | null;
  /** JSON texts of the thing before and after; null where there was none. */
  before: string | null;
  after: string | null;
}

export type AuditLogRepository = ReturnType<typeof auditLogRepository>;

export function auditLogRepository(database: Kysely<Tables>) {
  return {
    async append(record: AuditRecord, now: Date): Promise<void> {
      await database
        .insertInto('audit_log')
        .values({ ...record, created_at: timeText(now) })
        .execute();
    },
  };
}
