import type { Kysely, Selectable } from 'kysely';
import { accountOfColumn, timeText } from '#platform/database/columns.ts';
import { preparedQuery } from '#platform/database/prepared-query.ts';
import type { AccountId } from '#tari/address.ts';
import type { AuthTables } from './tables.ts';

/** A hot wallet of the shop, which may report payments. */
export interface RegisteredWallet {
  account: AccountId;
  /** Base58, as it was registered. */
  address: string;
  /** The address that its reports must come from. */
  ipAddress: string;
}

/** A hot wallet of the shop with the nonce of its last report. */
export interface HotWallet extends RegisteredWallet {
  lastNonce: bigint;
}

function walletOf(row: Selectable<AuthTables['wallets']>): RegisteredWallet {
  return { account: accountOfColumn(row.account), address: row.address, ipAddress: row.ip_address };
}

export type WalletRepository = ReturnType<typeof walletRepository>;

export function walletRepository(database: Kysely<AuthTables>) {
  const select = preparedQuery<{ account: string }, Selectable<AuthTables['wallets']>>(database, (value) =>
    database.selectFrom('wallets').selectAll().where('account', '=', value('account')),
  );

  const selectFirst = preparedQuery<object, { address: string }>(database, () =>
    database.selectFrom('wallets').select('address').orderBy('created_at').orderBy('account').limit(1),
  );

  return {
    async insert(wallet: RegisteredWallet, now: Date): Promise<void> {
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

    async find(account: AccountId): Promise<RegisteredWallet | undefined> {
      const [row] = (await select({ account })).rows;
      return row && walletOf(row);
    },

    /** All hot wallets, in the order of their registration. */
    async all(): Promise<RegisteredWallet[]> {
      const rows = await database.selectFrom('wallets').selectAll().orderBy('created_at').orderBy('account').execute();
      return rows.map(walletOf);
    },

    /** The address of the one that was registered first. */
    async firstAddress(): Promise<string | undefined> {
      return (await selectFirst({})).rows[0]?.address;
    },

    /** Changes a registered wallet's source IP. */
    async move(account: AccountId, address: string, ipAddress: string): Promise<void> {
      await database
        .updateTable('wallets')
        .set({ address, ip_address: ipAddress })
        .where('account', '=', account)
        .execute();
    },

    /** Returns whether there was such a wallet. */
    async remove(account: AccountId): Promise<boolean> {
      const { numDeletedRows } = await database
        .deleteFrom('wallets')
        .where('account', '=', account)
        .executeTakeFirstOrThrow();
      return numDeletedRows === 1n;
    },
  };
}
