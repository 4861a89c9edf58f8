import { type Kysely, sql } from 'kysely';
import { accountOfColumn, timeOf, timeText } from '#platform/database/columns.ts';
import { preparedQuery } from '#platform/database/prepared-query.ts';
import type { NoncePurpose, Tables } from '#platform/database/tables.ts';
import type { AccountId } from '#tari/address.ts';

/** A hot wallet of the shop, which may report payments. */
export interface HotWallet {
  account: AccountId;
  /** Base58, as it was registered. */
  address: string;
  /** The address that its reports must come from. */
  ipAddress: string;
  /** The nonce of its last report. */
  lastNonce: bigint;
}

const NONCE_DIGITS = 20;

export type WalletRepository = ReturnType<typeof walletRepository>;

export function walletRepository(database: Kysely<Tables>) {
  const joined = () =>
    database
      .selectFrom('wallets')
      .leftJoin('nonces', (join) =>
        join.onRef('nonces.account', '=', 'wallets.account').on('nonces.purpose', '=', 'wallet'),
      )
      .select(['wallets.account', 'wallets.address', 'wallets.ip_address', 'nonces.last_nonce']);

  const walletOf = (row: { account: string; address: string; ip_address: string; last_nonce: string | null }) => ({
    account: accountOfColumn(row.account),
    address: row.address,
    ipAddress: row.ip_address,
    lastNonce: BigInt(row.last_nonce ?? 0),
  });

  const select = preparedQuery<{ account: string }, Parameters<typeof walletOf>[0]>(database, (value) =>
    joined().where('wallets.account', '=', value('account')),
  );

  const selectFirst = preparedQuery<object, { address: string }>(database, () =>
    database.selectFrom('wallets').select('address').orderBy('created_at').orderBy('account').limit(1),
  );

  return {
    async insert(wallet: Omit<HotWallet, 'lastNonce'>, now: Date): Promise<void> {
      await database
        .insertInto('wallets')
        .values({
          account: wallet.account,
          address: wallet.address,
          ip_address: wallet.ipAddress,
          created_at: timeText(now),
        })
        .execute();
    },

    async find(account: AccountId): Promise<HotWallet | undefined> {
      const [row] = (await select({ account })).rows;
      return row && walletOf(row);
    },

    /** All hot wallets, by the time they were registered. */
    async all(): Promise<HotWallet[]> {
      const rows = await joined().orderBy('wallets.created_at').orderBy('wallets.account').execute();
      return rows.map(walletOf);
    },

    /** The address of the one that was registered first. */
    async firstAddress(): Promise<string | undefined> {
      return (await selectFirst({})).rows[0]?.address;
    },

    /** Gives a registered wallet another place. */
    async move(account: AccountId, address: string, ipAddress: string): Promise<void> {
      await database
        .updateTable('wallets')
        .set({ address, ip_address: ipAddress })
        .where('account', '=', account)
        .execute();
    },

    /** Answers whether there was such a wallet. */
    async remove(account: AccountId): Promise<boolean> {
      const { numDeletedRows } = await database
        .deleteFrom('wallets')
        .where('account', '=', account)
        .executeTakeFirstOrThrow();
      return numDeletedRows === 1n;
    },
  };
}

export type NonceRepository = ReturnType<typeof nonceRepository>;

export function nonceRepository(database: Kysely<Tables>) {
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
    /** Uses up a nonce. Answers false, and keeps the old one, unless it is above the last nonce of that signer. */
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

    /** Forgets all but the last `kept` nonces of accounts that nobody knew at their login, nor knows now. */
    async forgetStrangersBut(kept: number): Promise<void> {
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
        .where(({ not, exists, selectFrom }) =>
          not(exists(selectFrom('accounts').select('ordinal').whereRef('accounts.account', '=', 'nonces.account'))),
        )
        .execute();
    },

    /** When a nonce for this purpose was last used, by whomever. */
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
