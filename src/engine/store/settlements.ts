import { type Kysely, type Selectable, type SqlBool, sql } from 'kysely';
import { accountOfColumn, amountOf, timeOf, timeText } from '#platform/database/columns.ts';
import { preparedQuery } from '#platform/database/prepared-query.ts';
import type { RepositoryConnection } from '#platform/database/store.ts';
import type { AccountId } from '#tari/address.ts';
import type { MicroTari } from '#tari/micro-tari.ts';
import { ordinalOf } from './account-ordinals.ts';
import type { EngineTables, SettlementType } from './tables.ts';
import { type RowText, settlementJson } from './texts.ts';

/** An entry of the journal of settlements. */
export interface SettlementEntry {
  id: bigint;
  orderId: string;
  /** Null if the money came from no wallet's address. */
  account: AccountId | null;
  /** The account's address in base58, or the claimed sender. */
  address: string;
  settlementType: SettlementType;
  amount: MicroTari;
  createdAt: Date;
}

/** The position of a settlement in a list sorted by time. */
export interface SettlementPosition {
  createdAt: Date;
  id: bigint;
}

export type NewSettlementEntry = Omit<SettlementEntry, 'id'>;

function settlementOf(row: Selectable<EngineTables['settlements']> & { address: string }): SettlementEntry {
  return {
    id: row.id,
    orderId: row.order_id,
    account: row.account === null ? null : accountOfColumn(row.account),
    address: row.address,
    settlementType: row.settlement_type,
    amount: amountOf(row.amount),
    createdAt: timeOf(row.created_at),
  };
}

export type SettlementRepository = ReturnType<typeof settlementRepository>;

export function settlementRepository(
  database: Kysely<EngineTables>,
  { dialect }: Pick<RepositoryConnection, 'dialect'>,
) {
  const insert = preparedQuery<
    {
      orderId: string;
      account: string | null;
      sender: string | null;
      settlementType: SettlementType;
      amount: bigint;
      time: string;
    },
    { id: bigint }
  >(database, (value) =>
    database
      .insertInto('settlements')
      .values({
        order_id: value('orderId'),
        account: value('account'),
        account_ordinal: ordinalOf(value('account')),
        sender: value('sender'),
        settlement_type: value('settlementType'),
        amount: value('amount'),
        created_at: value('time'),
      })
      .returning('id'),
  );
  const withAddress = () =>
    database
      .selectFrom('settlements')
      .leftJoin('accounts', 'accounts.account', 'settlements.account')
      .selectAll('settlements')
      .select(sql<string>`coalesce(accounts.address, settlements.sender)`.as('address'))
      .orderBy('settlements.id');

  const texts = () =>
    database
      .selectFrom('settlements')
      .leftJoin('accounts', 'accounts.account', 'settlements.account')
      .select(settlementJson(dialect).as('json'))
      .orderBy('settlements.id');
  const selectOfAccount = preparedQuery<{ account: string; after: bigint; limit: number }, RowText>(database, (value) =>
    texts()
      .where('settlements.account_ordinal', '=', ordinalOf(value('account')))
      .where('settlements.id', '>', value('after'))
      .limit(value('limit')),
  );
  const selectOfCustomer = preparedQuery<{ customerId: string; after: bigint; limit: number }, RowText>(
    database,
    (value) =>
      texts()
        .innerJoin('orders', 'orders.order_id', 'settlements.order_id')
        .where('orders.customer_id', '=', value('customerId'))
        .where('settlements.id', '>', value('after'))
        .limit(value('limit')),
  );

  const paidParts = async (orderIds: readonly string[], account: AccountId): Promise<Map<string, MicroTari>> => {
    if (orderIds.length === 0) return new Map();
    const rows = await database
      .selectFrom('settlements')
      .select(['order_id', sql<bigint>`cast(sum(amount) as bigint)`.as('amount')])
      .where('order_id', 'in', orderIds)
      .where('account', '=', account)
      .groupBy('order_id')
      .execute();
    return new Map(rows.map((row) => [row.order_id, amountOf(row.amount)]));
  };

  return {
    async insert(entry: NewSettlementEntry): Promise<SettlementEntry> {
      const { orderId, account, settlementType, amount } = entry;
      const sender = account === null ? entry.address : null;
      const { rows } = await insert({
        orderId,
        account,
        sender,
        settlementType,
        amount,
        time: timeText(entry.createdAt),
      });
      const { id } = rows[0] as { id: bigint };
      return { id, ...entry };
    },

    /** Up to `limit` settlements paid by the account, after the one with id `after`, oldest first. */
    async pageOfAccount(account: AccountId, after: bigint, limit: number): Promise<SettlementEntry[]> {
      const rows = await withAddress()
        .where('settlements.account_ordinal', '=', ordinalOf(account))
        .where('settlements.id', '>', after)
        .limit(limit)
        .execute();
      return rows.map(settlementOf);
    },

    /** The same as JSON. */
    textsOfAccount: async (account: AccountId, after: bigint, limit: number): Promise<RowText[]> =>
      (await selectOfAccount({ account, after, limit })).rows,

    /** Up to `limit` settlements of that period, after the position, by time and then by id. */
    async pageOfPeriod(
      { since, until }: { since: Date; until: Date },
      after: SettlementPosition | undefined,
      limit: number,
    ): Promise<SettlementEntry[]> {
      let page = withAddress()
        .clearOrderBy()
        .where('settlements.created_at', '>=', timeText(since))
        .where('settlements.created_at', '<=', timeText(until))
        .orderBy('settlements.created_at')
        .orderBy('settlements.id')
        .limit(limit);
      if (after !== undefined) {
        page = page.where(
          sql<SqlBool>`(settlements.created_at, settlements.id) > (${timeText(after.createdAt)}, ${after.id})`,
        );
      }
      return (await page.execute()).map(settlementOf);
    },

    /** The settlements of these orders, oldest first. */
    async ofOrders(orderIds: readonly string[]): Promise<SettlementEntry[]> {
      if (orderIds.length === 0) return [];
      const rows = await withAddress().where('settlements.order_id', 'in', orderIds).execute();
      return rows.map(settlementOf);
    },

    /** Whether the account paid for at least a part of the order. */
    async paidBy(orderId: string, account: AccountId): Promise<boolean> {
      return (await paidParts([orderId], account)).size > 0;
    },

    /** What the account paid of each of the orders, in µT, by their order ids. */
    paidParts,

    /** Up to `limit` settlements of the customer's orders, after the one with id `after`, oldest first. */
    async pageOfCustomer(customerId: string, after: bigint, limit: number): Promise<SettlementEntry[]> {
      const rows = await withAddress()
        .innerJoin('orders', 'orders.order_id', 'settlements.order_id')
        .where('orders.customer_id', '=', customerId)
        .where('settlements.id', '>', after)
        .limit(limit)
        .execute();
      return rows.map(settlementOf);
    },

    /** The same as JSON. */
    textsOfCustomer: async (customerId: string, after: bigint, limit: number): Promise<RowText[]> =>
      (await selectOfCustomer({ customerId, after, limit })).rows,
  };
}
