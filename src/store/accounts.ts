import { type Kysely, type Selectable, sql } from 'kysely';
import type { AccountId } from '../tari/address.ts';
import type { MicroTari } from '../tari/micro-tari.ts';
import { ordinalOf } from './account-ordinals.ts';
import type { Tables } from './database.ts';
import { preparedQuery } from './prepared-query.ts';
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
  const insert = preparedQuery<{ account: string; address: string; time: string }>(database, (value) =>
    database
      .insertInto('accounts')
      .values({
        account: value('account'),
        ordinal: sql<bigint>`(select coalesce(max(ordinal), 0) + 1 from accounts)`,
        address: value('address'),
        total_confirmed: 0n,
        total_paid: 0n,
        created_at: value('time'),
        updated_at: value('time'),
      })
      .onConflict((conflict) => conflict.doNothing()),
  );
  const select = preparedQuery<{ account: string }, Selectable<Tables['accounts']>>(database, (value) =>
    database.selectFrom('accounts').selectAll().where('account', '=', value('account')),
  );
  const update = preparedQuery<{ account: string; confirmed: bigint; paid: bigint; time: string }>(database, (value) =>
    database
      .updateTable('accounts')
      .set((column) => ({
        total_confirmed: column('total_confirmed', '+', value('confirmed')),
        total_paid: column('total_paid', '+', value('paid')),
        updated_at: value('time'),
      }))
      .where('account', '=', value('account')),
  );
  const insertLink = preparedQuery<{ customerId: string; account: string; time: string }>(database, (value) =>
    database
      .insertInto('customer_addresses')
      .values({
        customer_id: value('customerId'),
        account: value('account'),
        account_ordinal: ordinalOf(value('account')),
        created_at: value('time'),
      })
      .onConflict((conflict) => conflict.doNothing()),
  );
  const selectOfCustomer = preparedQuery<{ customerId: string }, Selectable<Tables['accounts']>>(database, (value) =>
    database
      .selectFrom('accounts')
      .innerJoin('customer_addresses', 'customer_addresses.account', 'accounts.account')
      .selectAll('accounts')
      .where('customer_addresses.customer_id', '=', value('customerId'))
      .orderBy('accounts.updated_at', 'desc')
      .orderBy('accounts.account'),
  );

  return {
    /** Makes the account known, with a zero balance where it is new. */
    async ensure(account: AccountId, address: string, now: Date): Promise<void> {
      await insert({ account, address, time: timeText(now) });
    },

    async find(account: AccountId): Promise<Account | undefined> {
      const [row] = (await select({ account })).rows;
      return row && accountOf(row);
    },

    /** Up to `limit` addresses in base58 behind `after`, sorted, without the first `offset` of them. */
    async addresses(after: string, offset: number, limit: number): Promise<string[]> {
      const rows = await database
        .selectFrom('accounts')
        .select('address')
        .where('address', '>', after)
        .orderBy('address')
        .limit(limit)
        .offset(offset)
        .execute();
      return rows.map((row) => row.address);
    },

    /** Adds to the account's sums, in the unit of work that adds the journal entry. */
    async add(account: AccountId, sums: { confirmed?: MicroTari; paid?: MicroTari }, now: Date): Promise<void> {
      const { confirmed = 0n, paid = 0n } = sums;
      const { numAffectedRows } = await update({ account, confirmed, paid, time: timeText(now) });
      if (numAffectedRows !== 1n) throw new Error(`Account ${account} is not known`);
    },

    /** What all accounts together have confirmed and not spent on orders, from the index of those that have any. */
    async totalCredit(): Promise<MicroTari> {
      const { credit } = await database
        .selectFrom('accounts')
        .select(({ fn, eb }) => fn.sum<bigint | null>(eb('total_confirmed', '-', eb.ref('total_paid'))).as('credit'))
        .whereRef('total_confirmed', '>', 'total_paid')
        .executeTakeFirstOrThrow();
      return amountOf(credit ?? 0n);
    },

    async link(customerId: string, account: AccountId, now: Date): Promise<void> {
      await insertLink({ customerId, account, time: timeText(now) });
    },

    /** The accounts that are linked to a customer, the most recently active one first. */
    async ofCustomer(customerId: string): Promise<Account[]> {
      return (await selectOfCustomer({ customerId })).rows.map(accountOf);
    },
  };
}
