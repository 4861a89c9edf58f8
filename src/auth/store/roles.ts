import type { Kysely } from 'kysely';
import type { Role } from '#auth/roles.ts';
import { accountOfColumn, timeText } from '#platform/database/columns.ts';
import { preparedQuery } from '#platform/database/prepared-query.ts';
import type { AccountId } from '#tari/address.ts';
import type { AuthTables } from './tables.ts';

export type RoleRepository = ReturnType<typeof roleRepository>;

export function roleRepository(database: Kysely<AuthTables>) {
  const select = preparedQuery<{ account: string }, { role: Role }>(database, (value) =>
    database.selectFrom('roles').select('role').where('account', '=', value('account')).orderBy('role'),
  );

  return {
    /** The roles that were granted to an account, by name. */
    async of(account: AccountId): Promise<Role[]> {
      return (await select({ account })).rows.map((row) => row.role);
    },

    /** All granted roles, sorted by account and role. */
    async all(limit: number): Promise<{ account: AccountId; role: Role }[]> {
      const rows = await database
        .selectFrom('roles')
        .select(['account', 'role'])
        .orderBy('account')
        .orderBy('role')
        .limit(limit)
        .execute();
      return rows.map(({ account, role }) => ({ account: accountOfColumn(account), role }));
    },

    async grant(account: AccountId, role: Role, now: Date): Promise<void> {
      await database
        .insertInto('roles')
        .values({ account, role, created_at: timeText(now) })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },

    async revoke(account: AccountId, role: Role): Promise<void> {
      await database.deleteFrom('roles').where('account', '=', account).where('role', '=', role).execute();
    },

    /** Whether any account has the role. */
    async isHeld(role: Role): Promise<boolean> {
      const row = await database.selectFrom('roles').select('account').where('role', '=', role).executeTakeFirst();
      return row !== undefined;
    },
  };
}
