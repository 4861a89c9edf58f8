import type { Kysely } from 'kysely';
import { timeText } from '#platform/database/columns.ts';
import { preparedQuery } from '#platform/database/prepared-query.ts';
import type { AuditLogTables } from './tables.ts';

/** The answer to a request with an idempotency key. */
export interface KeptAnswer {
  /** Of the request: a different request with the same key is an error of the caller. */
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

    /** Deletes answers from before that time. Returns how many. */
    async forgetBefore(time: Date): Promise<number> {
      const { numAffectedRows } = await deleteBefore({ time: timeText(time) });
      return Number(numAffectedRows ?? 0n);
    },
  };
}
