import { type Kysely, type RawBuilder, type Selectable, type SqlBool, sql } from 'kysely';
import { accountOfColumn, amountOf, timeOf, timeText } from '#platform/database/columns.ts';
import { preparedQuery } from '#platform/database/prepared-query.ts';
import type { AccountId } from '#tari/address.ts';
import type { MicroTari } from '#tari/micro-tari.ts';
import { ordinalOf } from './account-ordinals.ts';
import type { EngineTables, LinkKind } from './tables.ts';

/**
 * The balance of one owner of Tari, kept beside the journals. It is negative only if it was so when it was imported from
 * another server.
 */
export interface Account {
  account: AccountId;
  /** The base58 address by which the account was first seen, without payment id. */
  address: string;
  /** The sum of all confirmed payments from it. */
  totalConfirmed: MicroTari;
  /** The spent part of these. */
  totalPaid: MicroTari;
  /** What was paid out of the unspent part. */
  totalPaidOut: MicroTari;
  /** The unspent part of payments that named no order: only this is spent by the account's signatures. */
  freeCredit: MicroTari;
  createdAt: Date;
  updatedAt: Date;
}

function accountOf(row: Selectable<EngineTables['accounts']>): Account {
  return {
    account: accountOfColumn(row.account),
    address: row.address,
    totalConfirmed: amountOf(row.total_confirmed),
    totalPaid: amountOf(row.total_paid),
    totalPaidOut: amountOf(row.total_paid_out),
    freeCredit: amountOf(row.free_credit),
    createdAt: timeOf(row.created_at),
    updatedAt: timeOf(row.updated_at),
  };
}

/** An account that is linked to a customer, with the kind of the link. */
export interface LinkedAccount extends Account {
  link: LinkKind;
}

/** Changes of an account's sums, in µT. */
export interface AccountSums {
  confirmed?: bigint;
  paid?: bigint;
  free?: bigint;
  debt?: bigint;
  paidOut?: bigint;
}

/** Accounts that are considered for paying one order or customer; those with the largest balances come first. */
const MAX_SPENDERS = 100;

export type AccountRepository = ReturnType<typeof accountRepository>;

export function accountRepository(database: Kysely<EngineTables>) {
  const insert = preparedQuery<{ account: string; address: string; time: string }>(database, (value) =>
    database
      .insertInto('accounts')
      .values({
        account: value('account'),
        ordinal: sql<bigint>`(select coalesce(max(ordinal), 0) + 1 from accounts)`,
        address: value('address'),
        total_confirmed: 0n,
        total_paid: 0n,
        free_credit: 0n,
        created_at: value('time'),
        updated_at: value('time'),
      })
      .onConflict((conflict) => conflict.doNothing()),
  );
  const select = preparedQuery<{ account: string }, Selectable<EngineTables['accounts']>>(database, (value) =>
    database.selectFrom('accounts').selectAll().where('account', '=', value('account')),
  );
  const update = preparedQuery<Required<AccountSums> & { account: string; time: string }>(database, (value) =>
    database
      .updateTable('accounts')
      .set((column) => ({
        total_confirmed: column('total_confirmed', '+', value('confirmed')),
        total_paid: column('total_paid', '+', value('paid')),
        free_credit: column('free_credit', '+', value('free')),
        debt: column('debt', '+', value('debt')),
        total_paid_out: column('total_paid_out', '+', value('paidOut')),
        updated_at: value('time'),
      }))
      .where('account', '=', value('account')),
  );
  const insertLink = preparedQuery<{ customerId: string; account: string; kind: LinkKind; time: string }>(
    database,
    (value) =>
      database
        .insertInto('customer_addresses')
        .values({
          customer_id: value('customerId'),
          account: value('account'),
          account_ordinal: ordinalOf(value('account')),
          kind: value('kind'),
          created_at: value('time'),
        })
        // A link can only get stronger.
        .onConflict((conflict) =>
          conflict
            .columns(['customer_id', 'account'])
            .doUpdateSet((column) => ({ kind: column.ref('excluded.kind') }))
            .where(sql<SqlBool>`${strengthOf('customer_addresses.kind')} < ${strengthOf('excluded.kind')}`),
        ),
  );
  const selectOfCustomer = preparedQuery<
    { customerId: string },
    Selectable<EngineTables['accounts']> & { link: LinkKind }
  >(database, (value) =>
    database
      .selectFrom('accounts')
      .innerJoin('customer_addresses', 'customer_addresses.account', 'accounts.account')
      .selectAll('accounts')
      .select('customer_addresses.kind as link')
      .where('customer_addresses.customer_id', '=', value('customerId'))
      .orderBy('accounts.updated_at', 'desc')
      .orderBy('accounts.account'),
  );
  const selectSpenders = preparedQuery<{ customerId: string }, Selectable<EngineTables['accounts']>>(
    database,
    (value) =>
      database
        .selectFrom('accounts')
        .innerJoin('customer_addresses', 'customer_addresses.account', 'accounts.account')
        .selectAll('accounts')
        .where('customer_addresses.customer_id', '=', value('customerId'))
        .where('customer_addresses.kind', '<>', 'stated')
        .where('accounts.free_credit', '>', 0n)
        .orderBy('accounts.free_credit', 'desc')
        .orderBy('accounts.account')
        .limit(MAX_SPENDERS),
  );
  const selectSigners = preparedQuery<{ orderId: string }, Selectable<EngineTables['accounts']>>(database, (value) =>
    database
      .selectFrom('accounts')
      .innerJoin('order_claims', 'order_claims.account', 'accounts.account')
      .selectAll('accounts')
      .where('order_claims.order_id', '=', value('orderId'))
      .where('accounts.free_credit', '>', 0n)
      .orderBy('accounts.free_credit', 'desc')
      .orderBy('accounts.account')
      .limit(MAX_SPENDERS),
  );

  return {
    /** Inserts the account with a zero balance unless it exists. */
    async ensure(account: AccountId, address: string, now: Date): Promise<void> {
      await insert({ account, address, time: timeText(now) });
    },

    async find(account: AccountId): Promise<Account | undefined> {
      const [row] = (await select({ account })).rows;
      return row && accountOf(row);
    },

    /** Up to `limit` addresses in base58 after `after`, sorted, skipping the first `offset`. */
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

    /** Up to `limit` accounts with addresses after `after`, sorted by address. */
    async page(after: string, limit: number): Promise<Account[]> {
      const rows = await database
        .selectFrom('accounts')
        .selectAll()
        .where('address', '>', after)
        .orderBy('address')
        .limit(limit)
        .execute();
      return rows.map(accountOf);
    },

    /** Adds to the account's sums, in the unit of work that adds the journal entry. */
    async add(account: AccountId, sums: AccountSums, now: Date): Promise<void> {
      const { confirmed = 0n, paid = 0n, free = 0n, debt = 0n, paidOut = 0n } = sums;
      const { numAffectedRows } = await update({ account, confirmed, paid, free, debt, paidOut, time: timeText(now) });
      if (numAffectedRows !== 1n) throw new Error(`Account ${account} is not known`);
    },

    /** The confirmed, unspent money of all accounts, from the partial index of accounts that have any. */
    async totalCredit(): Promise<MicroTari> {
      const { credit } = await database
        .selectFrom('accounts')
        .select(sql<bigint | null>`cast(sum(total_confirmed - total_paid - total_paid_out) as bigint)`.as('credit'))
        .whereRef('total_confirmed', '>', 'total_paid')
        .executeTakeFirstOrThrow();
      return amountOf(credit ?? 0n);
    },

    /** Links an account to a customer, unless there is a link at least as strong. */
    async link(customerId: string, account: AccountId, kind: LinkKind, now: Date): Promise<void> {
      await insertLink({ customerId, account, kind, time: timeText(now) });
    },

    /** The accounts with any link to a customer, the most recently active one first. */
    async ofCustomer(customerId: string): Promise<LinkedAccount[]> {
      const { rows } = await selectOfCustomer({ customerId });
      return rows.map((row) => ({ ...accountOf(row), link: row.link }));
    },

    /** The accounts whose free credit may pay a customer's orders by a signature or by hand, the largest first. */
    async spendersFor(customerId: string): Promise<Account[]> {
      return (await selectSpenders({ customerId })).rows.map(accountOf);
    },

    /** The accounts with free credit that have signed a claim of the order, the largest first. */
    async signersOf(orderId: string): Promise<Account[]> {
      return (await selectSigners({ orderId })).rows.map(accountOf);
    },
  };
}

function strengthOf(kind: string): RawBuilder<number> {
  return sql`case ${sql.ref(kind)} when 'stated' then 0 when 'by_hand' then 1 else 2 end`;
}
