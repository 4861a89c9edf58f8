import type { Kysely } from 'kysely';
import { timeText } from '#platform/database/columns.ts';
import type { PeopleTables } from './people-tables.ts';

/** Challenges are signed rather than kept, so that strangers who ask for them fill no table; those that were answered are. */
export function challengeRepository(database: Kysely<PeopleTables>) {
  return {
    /** The secret that signs challenges; undefined before the first. */
    async secret(): Promise<string | undefined> {
      const row = await database.selectFrom('challenge_keys').select('secret').executeTakeFirst();
      return row?.secret;
    },

    /** Keeps a secret, unless there is one, and returns the one that is kept. */
    async keepSecret(secret: string): Promise<string> {
      await database
        .insertInto('challenge_keys')
        .values({ id: 1n, secret })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      const row = await database.selectFrom('challenge_keys').select('secret').executeTakeFirstOrThrow();
      return row.secret;
    },

    /** Returns false if it was used before. */
    async use(challengeHash: string, endsAt: Date): Promise<boolean> {
      const { numInsertedOrUpdatedRows } = await database
        .insertInto('used_challenges')
        .values({ challenge_hash: challengeHash, ends_at: timeText(endsAt) })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirstOrThrow();
      return numInsertedOrUpdatedRows === 1n;
    },

    async forget(now: Date): Promise<number> {
      const { numDeletedRows } = await database
        .deleteFrom('used_challenges')
        .where('ends_at', '<=', timeText(now))
        .executeTakeFirstOrThrow();
      return Number(numDeletedRows);
    },
  };
}
