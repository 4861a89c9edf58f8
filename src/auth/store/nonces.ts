import { type Kysely, sql } from 'kysely';
import { timeOf, timeText } from '#platform/database/columns.ts';
import { preparedQuery } from '#platform/database/prepared-query.ts';
import type { AccountId } from '#tari/address.ts';
import type { AuthTables, NoncePurpose } from './tables.ts';

/** The number of digits of the largest u64: texts of the same length sort as their numbers do. */
const NONCE_DIGITS = 20;

export type NonceRepository = ReturnType<typeof nonceRepository>;

export function nonceRepository(database: Kysely<AuthTables>) {
  const upsert = preparedQuery<{
    purpose: NoncePurpose;
    account: string;
    digits: string;
    time: string;
    isStranger: bigint;
  }>(database, (value) =>
    database
      .insertInto('nonces')
      .values({
        purpose: value('purpose'),
        account: value('account'),
        last_nonce: value('digits'),
        updated_at: value('time'),
        is_stranger: value('isStranger'),
      })
      .onConflict((conflict) =>
        conflict
          .columns(['purpose', 'account'])
          .doUpdateSet({ last_nonce: value('digits'), updated_at: value('time'), is_stranger: value('isStranger') })
          .where('nonces.last_nonce', '<', value('digits')),
      ),
  );

  return {
    /** Uses up a nonce. Returns false, without effect, unless it is above the signer's last nonce. */
    async raise(
      purpose: NoncePurpose,
      account: AccountId,
      nonce: bigint,
      now: Date,
      isStranger = false,
    ): Promise<boolean> {
      const digits = nonce.toString().padStart(NONCE_DIGITS, '0');
      const time = timeText(now);
      const { numAffectedRows } = await upsert({ purpose, account, digits, time, isStranger: isStranger ? 1n : 0n });
      return numAffectedRows === 1n;
    },

    /** The last nonce that an account has used for this purpose; 0 if none. */
    async last(purpose: NoncePurpose, account: AccountId): Promise<bigint> {
      const row = await database
        .selectFrom('nonces')
        .select('last_nonce')
        .where('purpose', '=', purpose)
        .where('account', '=', account)
        .executeTakeFirst();
      return BigInt(row?.last_nonce ?? 0);
    },

    /** Deletes all but the last `kept` nonces of accounts that were unknown at their login and still are. */
    async forgetAnonymousBut(kept: number): Promise<void> {
      const first = await database
        .selectFrom('nonces')
        .select('updated_at')
        .where(sql`is_stranger`, '=', sql.lit(1))
        .orderBy('updated_at', 'desc')
        .limit(1)
        .offset(kept)
        .executeTakeFirst();
      if (first === undefined) return;
      await database
        .deleteFrom('nonces')
        .where(sql`is_stranger`, '=', sql.lit(1))
        .where('updated_at', '<=', first.updated_at)
        .where(sql<boolean>`not exists (select 1 from accounts where accounts.account = nonces.account)`)
        .execute();
    },

    /** When a nonce for this purpose was last used, by any account. */
    async lastRaisedAt(purpose: NoncePurpose): Promise<Date | undefined> {
      const { time } = await database
        .selectFrom('nonces')
        .select(({ fn }) => fn.max<string | null>('updated_at').as('time'))
        .where('purpose', '=', purpose)
        .executeTakeFirstOrThrow();
      return time === null ? undefined : timeOf(time);
    },
  };
}
