import type { Kysely } from 'kysely';
import { timeOf, timeText } from '#platform/database/columns.ts';
import { idsBetween } from '#platform/database/list-order.ts';
import { columnsOf, preparedQuery } from '#platform/database/prepared-query.ts';
import type { IdRange } from '#platform/list-order.ts';
import type { AuditLogTables } from './tables.ts';

export interface AuditRecord {
  /** An address in base58, or a part of the server (`expiry`, `taritools`). */
  actor: string;
  /** A verb phrase, such as `set exchange rate`. */
  action: string;
  /** The object of the action. */
  subject: string;
  reason: string | null;
  /** JSON texts of the object before and after; null if there was none. */
  before: string | null;
  after: string | null;
}

export interface StoredAuditRecord extends AuditRecord {
  /** Counts from 1 in the order of the actions. */
  id: bigint;
  createdAt: Date;
}

/** Selects records that match all given fields. Texts must be equal; both times are inclusive. */
export interface AuditLogFilter {
  actor?: string | undefined;
  action?: string | undefined;
  subject?: string | undefined;
  since?: Date | undefined;
  until?: Date | undefined;
}

export type AuditLogRepository = ReturnType<typeof auditLogRepository>;

const WRITTEN = ['actor', 'action', 'subject', 'reason', 'before', 'after', 'created_at'] as const;

export function auditLogRepository(database: Kysely<AuditLogTables>) {
  const insert = preparedQuery<AuditRecord & { created_at: string }>(database, (value) =>
    database.insertInto('audit_log').values(columnsOf(value, WRITTEN)),
  );

  return {
    async append(record: AuditRecord, now: Date): Promise<void> {
      await insert({ ...record, created_at: timeText(now) });
    },

    /** Up to `limit` matching records after the one with id `after`, oldest first by default. */
    async search(
      filter: AuditLogFilter,
      after: bigint,
      limit: number,
      range: IdRange = {},
    ): Promise<StoredAuditRecord[]> {
      const { actor, action, subject, since, until } = filter;
      const rows = await database
        .selectFrom('audit_log')
        .selectAll()
        .where(idsBetween('id', after, range))
        .$if(actor !== undefined, (query) => query.where('actor', '=', actor ?? ''))
        .$if(action !== undefined, (query) => query.where('action', '=', action ?? ''))
        .$if(subject !== undefined, (query) => query.where('subject', '=', subject ?? ''))
        .$if(since !== undefined, (query) => query.where('created_at', '>=', timeText(since ?? new Date(0))))
        .$if(until !== undefined, (query) => query.where('created_at', '<=', timeText(until ?? new Date(0))))
        .orderBy('id', range.order)
        .limit(limit)
        .execute();
      return rows.map(({ created_at: createdAt, ...record }) => ({ ...record, createdAt: timeOf(createdAt) }));
    },
  };
}
