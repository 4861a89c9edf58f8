import type { Kysely, Selectable } from 'kysely';
import { isRole, type Role } from '#auth/roles.ts';
import { timeOf, timeText } from '#platform/database/columns.ts';
import { preparedQuery } from '#platform/database/prepared-query.ts';
import type { PeopleTables } from './people-tables.ts';

/** A browser in which a person is signed in. Its token is kept as its SHA-256 only. */
export interface Session {
  id: string;
  principal: string;
  /** Those that were asked for; null for all that the principal has. */
  roles: readonly Role[] | null;
  /** From where the person signed in, and with which browser. */
  address: string;
  device: string;
  createdAt: Date;
  seenAt: Date;
  /** When the person last proved who they are. */
  provenAt: Date;
  /** Its hard end. */
  endsAt: Date;
}

export function rolesIn(json: string): Role[] {
  const parsed: unknown = JSON.parse(json);
  return Array.isArray(parsed) ? parsed.filter(isRole) : [];
}

export function sessionRepository(database: Kysely<PeopleTables>) {
  const byHash = preparedQuery<{ hash: string }, Selectable<PeopleTables['sessions']>>(database, (value) =>
    database.selectFrom('sessions').selectAll().where('token_hash', '=', value('hash')),
  );
  const ended = () => database.deleteFrom('sessions').returningAll();

  return {
    async insert(
      { roles, createdAt, seenAt, provenAt, endsAt, ...session }: Session,
      tokenHash: string,
    ): Promise<void> {
      await database
        .insertInto('sessions')
        .values({
          ...session,
          token_hash: tokenHash,
          roles: roles && JSON.stringify(roles),
          created_at: timeText(createdAt),
          seen_at: timeText(seenAt),
          proven_at: timeText(provenAt),
          ends_at: timeText(endsAt),
        })
        .execute();
    },

    async byTokenHash(hash: string): Promise<Session | undefined> {
      const [row] = (await byHash({ hash })).rows;
      return row && sessionOf(row);
    },

    async find(id: string): Promise<Session | undefined> {
      const row = await database.selectFrom('sessions').selectAll().where('id', '=', id).executeTakeFirst();
      return row && sessionOf(row);
    },

    /** Those of a person, the newest first. They are bounded by MAX_SESSIONS. */
    async of(principal: string): Promise<Session[]> {
      const rows = await database
        .selectFrom('sessions')
        .selectAll()
        .where('principal', '=', principal)
        .orderBy('created_at', 'desc')
        .orderBy('id')
        .execute();
      return rows.map(sessionOf);
    },

    async see(id: string, now: Date): Promise<void> {
      await database
        .updateTable('sessions')
        .set({ seen_at: timeText(now) })
        .where('id', '=', id)
        .execute();
    },

    async prove(id: string, now: Date): Promise<void> {
      await database
        .updateTable('sessions')
        .set({ proven_at: timeText(now) })
        .where('id', '=', id)
        .execute();
    },

    /** Returns what it was; undefined if there was none. */
    async end(id: string): Promise<Session | undefined> {
      const row = await ended().where('id', '=', id).executeTakeFirst();
      return row && sessionOf(row);
    },

    /** Ends all of a person, but one. Returns them. */
    async endAll(principal: string, but = ''): Promise<Session[]> {
      const rows = await ended().where('principal', '=', principal).where('id', '<>', but).execute();
      return rows.map(sessionOf);
    },

    /** Deletes those that are over. Returns how many. */
    async forget(now: Date, idleSince: Date): Promise<number> {
      const { numDeletedRows } = await database
        .deleteFrom('sessions')
        .where((row) => row.or([row('ends_at', '<=', timeText(now)), row('seen_at', '<=', timeText(idleSince))]))
        .executeTakeFirstOrThrow();
      return Number(numDeletedRows);
    },

    async countAlive(now: Date, idleSince: Date): Promise<bigint> {
      const { count } = await database
        .selectFrom('sessions')
        .select(({ fn }) => fn.countAll<bigint>().as('count'))
        .where('ends_at', '>', timeText(now))
        .where('seen_at', '>', timeText(idleSince))
        .executeTakeFirstOrThrow();
      return BigInt(count);
    },
  };
}

function sessionOf(row: Selectable<PeopleTables['sessions']>): Session {
  return {
    id: row.id,
    principal: row.principal,
    roles: row.roles === null ? null : rolesIn(row.roles),
    address: row.address,
    device: row.device,
    createdAt: timeOf(row.created_at),
    seenAt: timeOf(row.seen_at),
    provenAt: timeOf(row.proven_at),
    endsAt: timeOf(row.ends_at),
  };
}
