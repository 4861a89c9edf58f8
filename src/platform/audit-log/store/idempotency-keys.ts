import type { Kysely } from 'kysely';
import { timeText } from '#platform/database/columns.ts';
import { preparedQuery } from '#platform/database/prepared-query.ts';
import type { AuditLogTables } from './tables.ts';

/** What was answered under a key, and to what. */
export interface KeptAnswer {
  /** Of the request: another request under the same key is a mistake of the caller. */
  fingerprint: string;
  /** JSON text. */
  answer: string;
}

export type IdempotencyKeyRepository = ReturnType<typeof idempotencyKeyRepository>;

export function idempotencyKeyRepository(database: Kysely<AuditLogTables>) {
  const select = preparedQuery<{ caller: string; key: string }, KeptAnswer>(database, (value) =>
    database
      .selectFrom('idempotency_keys')
      .select(['fingerprint', 'answer'])
      .where('caller', '=', value('caller'))
      .where('idempotency_key', '=', value('key')),
  );
  const deleteBefore = preparedQuery<{ time: string }>(database, (value) =>
    database.deleteFrom('idempotency_keys').where('created_at', '<', value('time')),
  );

  return {
    async find(caller: string, key: string): Promise<KeptAnswer | undefined> {
      return (await select({ caller, key })).rows[0];
    },

    async insert(caller: string, key: string, kept: KeptAnswer, now: Date): Promise<void> {
      await database
        .insertInto('idempotency_keys')
        .values({ caller, idempotency_key: key, ...kept, created_at: timeText(now) })
        .execute();
    },

    /** Forgets answers from before that time. Answers how many. */
    async forgetBefore(time: Date): Promise<number> {
      const { numAffectedRows } = await deleteBefore({ time: timeText(time) });
      return Number(numAffectedRows ?? 0n);
    },
  };
}
