import type { Kysely, Selectable } from 'kysely';
import type { AccountId } from '../tari/address.ts';
import type { MicroTari } from '../tari/micro-tari.ts';
import type { Tables } from './database.ts';
import { accountOfColumn, amountOf, timeOf, timeText } from './values.ts';

/** The balance of one owner of Tari, kept beside the journals. Credit is `totalConfirmed - totalPaid`, never below 0. */
export interface Account {
  account: AccountId;
  /** The base58 address by which the account was first seen, without payment id. */
  address: string;
  /** All confirmed payments. */
  totalConfirmed: MicroTari;
  /** All settlements. */
  totalPaid: MicroTari;
  createdAt: Date;
  updatedAt: Date;
}

function accountOf(row: Selectable<Tables['accounts']>): Account {
  return {
    account: accountOfColumn(row.account),
    address: row.address,
    totalConfirmed: amountOf(row.total_confirmed),
    totalPaid: amountOf(row.total_paid),
    createdAt: timeOf(row.created_at),
    updatedAt: timeOf(row.updated_at),
  };
}

export type AccountRepository = ReturnType<typeof accountRepository>;

export function accountRepository(database: Kysely<Tables>) {
  return {
    /** Makes the account known, with a zero balance where it is new. */
    async ensure(account: AccountId, address: string, now: Date): Promise<void> {
      const time = timeText(now);
      await database
        .insertInto('accounts')
        .values({ account, address, total_confirmed: 0n, total_paid: 0n, created_at: time, updated_at: time })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },

    async find(account: AccountId): Promise<Account | undefined> {
      const row = await database.selectFrom('accounts').selectAll().where('account', '=', account).executeTakeFirst();
      return row && accountOf(row);
    },

    /** Adds to the account's sums, in the unit of work that adds the journal entry. */
    async add(account: AccountId, sums: { confirmed?: MicroTari; paid?: MicroTari }, now: Date): Promise<void> {
      const { numUpdatedRows } = await database
        .updateTable('accounts')
        .set((column) => ({
          total_confirmed: column('total_confirmed', '+', sums.confirmed ?? 0n),
          total_paid: column('total_paid', '+', sums.paid ?? 0n),
          updated_at: timeText(now),
        }))
        .where('account', '=', account)
        .executeTakeFirstOrThrow();
      if (numUpdatedRows !== 1n) throw new Error(`Account ${account} is not known`);
    },

    async link(customerId: string, account: AccountId, now: Date): Promise<void> {
      await database
        .insertInto('customer_addresses')
        .values({ customer_id: customerId, account, created_at: timeText(now) })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },

    /** The accounts that are linked to a customer, the most recently active one first. */
    async ofCustomer(customerId: string): Promise<Account[]> {
      const rows = await database
        .selectFrom('accounts')
        .innerJoin('customer_addresses', 'customer_addresses.account', 'accounts.account')
        .selectAll('accounts')
        .where('customer_addresses.customer_id', '=', customerId)
        .orderBy('accounts.updated_at', 'desc')
        .orderBy('accounts.account')
        .execute();
      return rows.map(accountOf);
    },
  };
}
