import type { Kysely, Selectable } from 'kysely';
import { timeOf, timeText } from '#platform/database/columns.ts';
import type { PeopleTables } from './people-tables.ts';

/** A key of a person in a device or a password manager. Binary values are base64url. */
export interface Passkey {
  id: bigint;
  principal: string;
  name: string;
  credentialId: string;
  /** In COSE form. */
  publicKey: string;
  userHandle: string;
  /** How often the device says that it has signed; 0 for those that do not count. */
  counter: number;
  transports: readonly string[];
  /** Whether a password manager carries it to other devices. */
  isBackedUp: boolean;
  createdAt: Date;
  usedAt: Date | null;
}

export type NewPasskey = Omit<Passkey, 'id' | 'usedAt'>;

export function passkeyRepository(database: Kysely<PeopleTables>) {
  const passkeys = () => database.selectFrom('passkeys').selectAll();

  return {
    async insert(passkey: NewPasskey): Promise<bigint> {
      const { id } = await database
        .insertInto('passkeys')
        .values({
          principal: passkey.principal,
          name: passkey.name,
          credential_id: passkey.credentialId,
          public_key: passkey.publicKey,
          user_handle: passkey.userHandle,
          counter: BigInt(passkey.counter),
          transports: JSON.stringify(passkey.transports),
          is_backed_up: passkey.isBackedUp ? 1n : 0n,
          created_at: timeText(passkey.createdAt),
        })
        .returning('id')
        .executeTakeFirstOrThrow();
      return id;
    },

    async byCredential(credentialId: string): Promise<Passkey | undefined> {
      const row = await passkeys().where('credential_id', '=', credentialId).executeTakeFirst();
      return row && passkeyOf(row);
    },

    /** Those of a person, oldest first. They are bounded by MAX_PASSKEYS. */
    async of(principal: string): Promise<Passkey[]> {
      const rows = await passkeys().where('principal', '=', principal).orderBy('id').execute();
      return rows.map(passkeyOf);
    },

    /** Returns false, without effect, where the counter is not above the last one, unless the device does not count. */
    async use(id: bigint, counter: number, now: Date): Promise<boolean> {
      const { numUpdatedRows } = await database
        .updateTable('passkeys')
        .set({ counter: BigInt(counter), used_at: timeText(now) })
        .where('id', '=', id)
        .$if(counter > 0, (query) => query.where('counter', '<', BigInt(counter)))
        .$if(counter === 0, (query) => query.where('counter', '=', 0n))
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    },

    async rename(id: bigint, name: string): Promise<void> {
      await database.updateTable('passkeys').set({ name }).where('id', '=', id).execute();
    },

    async remove(id: bigint): Promise<void> {
      await database.deleteFrom('passkeys').where('id', '=', id).execute();
    },

    async removeAll(principal: string): Promise<void> {
      await database.deleteFrom('passkeys').where('principal', '=', principal).execute();
    },
  };
}

function passkeyOf(row: Selectable<PeopleTables['passkeys']>): Passkey {
  const transports: unknown = JSON.parse(row.transports);
  return {
    id: row.id,
    principal: row.principal,
    name: row.name,
    credentialId: row.credential_id,
    publicKey: row.public_key,
    userHandle: row.user_handle,
    counter: Number(row.counter),
    transports: Array.isArray(transports) ? transports.map(String) : [],
    isBackedUp: row.is_backed_up === 1n,
    createdAt: timeOf(row.created_at),
    usedAt: row.used_at === null ? null : timeOf(row.used_at),
  };
}
