import { type Kysely, type Selectable, sql } from 'kysely';
import type { PersonState } from '#auth/people/person-state.ts';
import type { Role } from '#auth/roles.ts';
import { timeOf, timeText } from '#platform/database/columns.ts';
import type { PeopleTables } from './people-tables.ts';
import { rolesIn } from './sessions.ts';

/** A person who works for the shop. */
export interface Person {
  id: bigint;
  name: string;
  roles: readonly Role[];
  state: PersonState;
  /** By it a passkey knows whose it is. */
  userHandle: string;
  /** Until when the open invitation is good; null if there is none. */
  invitationUntil: Date | null;
  invitedBy: string;
  invitedAt: Date;
  registeredAt: Date | null;
  revokedAt: Date | null;
}

export interface NewPerson {
  name: string;
  roles: readonly Role[];
  userHandle: string;
  invitationHash: string;
  invitationUntil: Date;
  invitedBy: string;
  now: Date;
}

export function staffRepository(database: Kysely<PeopleTables>) {
  const people = () => database.selectFrom('staff').selectAll();
  const change = (id: bigint) => database.updateTable('staff').where('id', '=', id);
  const count = () => database.selectFrom('staff').select(({ fn }) => fn.countAll<bigint>().as('count'));

  return {
    async insert({ now, invitationUntil, ...person }: NewPerson): Promise<bigint> {
      const { id } = await database
        .insertInto('staff')
        .values({
          name: person.name,
          roles: JSON.stringify(person.roles),
          state: 'invited',
          user_handle: person.userHandle,
          invitation_hash: person.invitationHash,
          invitation_until: timeText(invitationUntil),
          invited_by: person.invitedBy,
          invited_at: timeText(now),
        })
        .returning('id')
        .executeTakeFirstOrThrow();
      return id;
    },

    async find(id: bigint): Promise<Person | undefined> {
      const row = await people().where('id', '=', id).executeTakeFirst();
      return row && personOf(row);
    },

    /** By an open invitation, which may have expired. */
    async byInvitation(hash: string): Promise<Person | undefined> {
      const row = await people().where('invitation_hash', '=', hash).executeTakeFirst();
      return row && personOf(row);
    },

    /** Up to `limit` people behind the one with id `after`, those who were revoked too. */
    async page(after: bigint, limit: number): Promise<Person[]> {
      const rows = await people().where('id', '>', after).orderBy('id').limit(limit).execute();
      return rows.map(personOf);
    },

    /** How many are in a state. */
    async countIn(state: PersonState): Promise<number> {
      const row = await count().where('state', '=', state).executeTakeFirstOrThrow();
      return Number(row.count);
    },

    /** Whether any registered person has the role. */
    async isHeld(role: Role): Promise<boolean> {
      const row = await database
        .selectFrom('staff')
        .select('id')
        .where('state', '=', 'registered')
        .where(sql<string>`roles`, 'like', `%"${role}"%`)
        .executeTakeFirst();
      return row !== undefined;
    },

    async invite(id: bigint, hash: string, until: Date): Promise<void> {
      await change(id)
        .set({ invitation_hash: hash, invitation_until: timeText(until) })
        .execute();
    },

    async register(id: bigint, name: string, now: Date): Promise<void> {
      await change(id)
        .set({ name, state: 'registered', invitation_hash: null, invitation_until: null, registered_at: timeText(now) })
        .execute();
    },

    async setRoles(id: bigint, roles: readonly Role[]): Promise<void> {
      await change(id)
        .set({ roles: JSON.stringify(roles) })
        .execute();
    },

    async revoke(id: bigint, now: Date): Promise<void> {
      await change(id)
        .set({
          roles: '[]',
          state: 'revoked',
          invitation_hash: null,
          invitation_until: null,
          revoked_at: timeText(now),
        })
        .execute();
    },
  };
}

function personOf(row: Selectable<PeopleTables['staff']>): Person {
  return {
    id: row.id,
    name: row.name,
    roles: rolesIn(row.roles),
    state: row.state,
    userHandle: row.user_handle,
    invitationUntil: row.invitation_until === null ? null : timeOf(row.invitation_until),
    invitedBy: row.invited_by,
    invitedAt: timeOf(row.invited_at),
    registeredAt: row.registered_at === null ? null : timeOf(row.registered_at),
    revokedAt: row.revoked_at === null ? null : timeOf(row.revoked_at),
  };
}
