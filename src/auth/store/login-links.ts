import type { Kysely, Selectable } from 'kysely';
import type { Role } from '#auth/roles.ts';
import { timeOf, timeText } from '#platform/database/columns.ts';
import type { PeopleTables } from './people-tables.ts';
import { rolesIn } from './sessions.ts';

/** A link by which a wallet signs in in a browser, once. */
export interface LoginLink {
  codeHash: string;
  /** The address of the wallet, in base58. */
  principal: string;
  roles: readonly Role[];
  /** From where it was asked for. */
  address: string;
  createdAt: Date;
  endsAt: Date;
}

export function loginLinkRepository(database: Kysely<PeopleTables>) {
  return {
    async insert({ codeHash, roles, createdAt, endsAt, ...link }: LoginLink): Promise<void> {
      await database
        .insertInto('login_links')
        .values({
          ...link,
          code_hash: codeHash,
          roles: JSON.stringify(roles),
          created_at: timeText(createdAt),
          ends_at: timeText(endsAt),
        })
        .execute();
    },

    async find(codeHash: string): Promise<LoginLink | undefined> {
      const row = await database
        .selectFrom('login_links')
        .selectAll()
        .where('code_hash', '=', codeHash)
        .executeTakeFirst();
      return row && linkOf(row);
    },

    /** Takes it out of the table: it is used up. */
    async take(codeHash: string): Promise<LoginLink | undefined> {
      const row = await database
        .deleteFrom('login_links')
        .where('code_hash', '=', codeHash)
        .returningAll()
        .executeTakeFirst();
      return row && linkOf(row);
    },

    /** Deletes those of a wallet: a new one replaces them. */
    async removeOf(principal: string): Promise<void> {
      await database.deleteFrom('login_links').where('principal', '=', principal).execute();
    },

    async forget(now: Date): Promise<number> {
      const { numDeletedRows } = await database
        .deleteFrom('login_links')
        .where('ends_at', '<=', timeText(now))
        .executeTakeFirstOrThrow();
      return Number(numDeletedRows);
    },
  };
}

function linkOf(row: Selectable<PeopleTables['login_links']>): LoginLink {
  return {
    codeHash: row.code_hash,
    principal: row.principal,
    roles: rolesIn(row.roles),
    address: row.address,
    createdAt: timeOf(row.created_at),
    endsAt: timeOf(row.ends_at),
  };
}
