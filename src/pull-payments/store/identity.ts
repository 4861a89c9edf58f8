import type { Kysely } from 'kysely';
import { timeText } from '#platform/database/columns.ts';
import type { Identity } from '../types.ts';
import type { PullTables } from './tables.ts';

export type IdentityRepository = ReturnType<typeof identityRepository>;

export function identityRepository(database: Kysely<PullTables>) {
  return {
    async find(): Promise<Identity | undefined> {
      const row = await database.selectFrom('pull_identity').selectAll().executeTakeFirst();
      return row && { seed: Uint8Array.from(Buffer.from(row.seed, 'hex')), btpToken: row.btp_token };
    },

    async insert({ seed, btpToken }: Identity, at: Date): Promise<void> {
      await database
        .insertInto('pull_identity')
        .values({ id: 1n, seed: Buffer.from(seed).toString('hex'), btp_token: btpToken, created_at: timeText(at) })
        .execute();
    },
  };
}
