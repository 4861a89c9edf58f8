import type { Kysely } from 'kysely';
import { timeText } from '#platform/database/columns.ts';
import type { Tables } from '#platform/database/tables.ts';

/** What was answered under a key, and to what. */
export interface KeptAnswer {
  /** Of the request: another request under the same key is a mistake of the caller. */
  fingerprint: string;
  /** JSON text. */
  answer: string;
}

export type IdempotencyKeyRepository = ReturnType<typeof idempotencyKeyRepository>;

export function idempotencyKeyRepository(database: Kysely<Tables>) {
  return {
    async find(caller: string, key: string): Promise<KeptAnswer | undefined> {
      return database
        .selectFrom('idempotency_keys')
        .select(['fingerprint', 'answer'])
        .where('caller', '=', caller)
        .where('idempotency_key', '=', key)
        .executeTakeFirst();
    },

    async insert(caller: string, key: string, kept: KeptAnswer, now: Date): Promise<void> {
      await database
        .insertInto('idempotency_keys')
        .values({ caller, idempotency_key: key, ...kept, created_at: timeText(now) })
        .execute();
    },

    /** Forgets answers from before that time. Answers how many. */
    async forgetBefore(time: Date): Promise<number> {
      const { numDeletedRows } = await database
        .deleteFrom('idempotency_keys')
        .where('created_at', '<', timeText(time))
        .executeTakeFirstOrThrow();
      return Number(numDeletedRows);
    },
  };
}
