import { type Kysely, type SqlBool, sql } from 'kysely';
import { amountOf, timeText } from '#platform/database/columns.ts';
import { beyond } from '#platform/database/list-order.ts';
import { preparedQuery } from '#platform/database/prepared-query.ts';
import type { ListOrder } from '#platform/list-order.ts';
import type { AccountId } from '#tari/address.ts';
import type { MicroTari } from '#tari/micro-tari.ts';
import { ordinalOf } from './account-ordinals.ts';
import { inStates, type Order, type OrderPosition, orderOf, type ReadOrderRow, USABLE_CREDIT } from './orders.ts';
import type { EngineTables, OrderStatus } from './tables.ts';

const OPEN: readonly OrderStatus[] = ['Unclaimed', 'New'];

/** The orders of accounts and customers: those that their money may pay, and those that they claimed or paid. */
export function accountOrderRepository(database: Kysely<EngineTables>) {
  const all = () => database.selectFrom('orders').selectAll('orders').select(USABLE_CREDIT.as('usable_credit'));
  const oldestFirst = () => all().orderBy('created_at').orderBy('id');

  const behind = (after: OrderPosition | undefined, order: ListOrder = 'asc') =>
    after
      ? sql<SqlBool>`(orders.created_at, orders.id) ${beyond(order)} (${timeText(after.createdAt)}, ${after.id})`
      : sql<SqlBool>`1 = 1`;

  const openInOrder = () => all().where('status', 'in', OPEN);

  /** The open orders that the account's free credit may pay: those of customers linked by a signature or by hand. */
  const openOfItsCustomers = (account: string) =>
    openInOrder().where('customer_id', 'in', (query) =>
      query
        .selectFrom('customer_addresses')
        .select('customer_id')
        .where('account_ordinal', '=', ordinalOf(account))
        .where('kind', '<>', 'stated'),
    );

  /** The open orders that the account has claimed by a signature, of any customer. */
  const openAndSigned = (account: string) =>
    all()
      // By the index on the state SQLite would walk through all open orders to find these few.
      .where(inStates(OPEN))
      .where('order_id', 'in', (query) =>
        query
          .selectFrom('order_claims')
          .select('order_id')
          .where('account_ordinal', '=', ordinalOf(account))
          // A literal rather than a bound value: with the partial index on it, SQLite would prepare the query again each time.
          .where('is_open', '=', sql.lit(1n)),
      );

  const claimedBy = (account: AccountId, statuses: readonly OrderStatus[]) =>
    database.selectFrom('orders').where('claimant_ordinal', '=', ordinalOf(account)).where(inStates(statuses));

  /** The orders that the account paid for but that another account claimed. */
  const paidForOthers = (account: AccountId, statuses: readonly OrderStatus[]) =>
    database
      .selectFrom('settlements')
      .innerJoin('orders', 'orders.order_id', 'settlements.order_id')
      .where('settlements.account_ordinal', '=', ordinalOf(account))
      .where(sql<SqlBool>`coalesce(orders.claimed_by, '') <> ${account}`)
      .where(inStates(statuses));

  const selectOpenForAccount = preparedQuery<{ account: string; limit: number }, ReadOrderRow>(database, (value) =>
    openOfItsCustomers(value('account'))
      .union(openAndSigned(value('account')))
      .orderBy('created_at')
      .orderBy('id')
      .limit(value('limit')),
  );

  return {
    /** Up to `limit` Unclaimed and New orders that the account's free credit may pay, oldest first. */
    async openForAccount(account: AccountId, limit: number): Promise<Order[]> {
      return (await selectOpenForAccount({ account, limit })).rows.map(orderOf);
    },

    /** Up to `limit` Unclaimed and New orders of a customer after the position, oldest first. */
    async openOfCustomer(customerId: string, after: OrderPosition | undefined, limit: number): Promise<Order[]> {
      const rows = await oldestFirst()
        .where('status', 'in', OPEN)
        .where('customer_id', '=', customerId)
        .where(behind(after))
        .limit(limit)
        .execute();
      return rows.map(orderOf);
    },

    /** Up to `limit` Unclaimed and New orders that the account's free credit may pay, after the position. */
    async openOfLinked(account: AccountId, after: OrderPosition | undefined, limit: number): Promise<Order[]> {
      const rows = await openOfItsCustomers(account)
        .where(behind(after))
        .union(openAndSigned(account).where(behind(after)))
        .orderBy('created_at')
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map(orderOf);
    },

    /** Up to `limit` orders that the account claimed or paid, after the position in that order, by creation and then by id. */
    async pageOfAccount(
      account: AccountId,
      statuses: readonly OrderStatus[],
      after: OrderPosition | undefined,
      limit: number,
      order: ListOrder = 'asc',
    ): Promise<Order[]> {
      const rows = await claimedBy(account, statuses)
        .where(behind(after, order))
        .selectAll('orders')
        .select(USABLE_CREDIT.as('usable_credit'))
        .unionAll(
          paidForOthers(account, statuses)
            .where(behind(after, order))
            .selectAll('orders')
            .select(USABLE_CREDIT.as('usable_credit')),
        )
        .orderBy('created_at', order)
        .orderBy('id', order)
        .limit(limit)
        .execute();
      return rows.map(orderOf);
    },

    /** The sum of the prices of the orders that the account claimed or paid. */
    async totalOfAccount(account: AccountId, statuses: readonly OrderStatus[]): Promise<MicroTari> {
      const sum = sql<bigint>`cast(coalesce(sum(total_price), 0) as bigint)`.as('total');
      const claimed = await claimedBy(account, statuses).select(sum).executeTakeFirstOrThrow();
      const paid = await paidForOthers(account, statuses).select(sum).executeTakeFirstOrThrow();
      return amountOf(claimed.total + paid.total);
    },
  };
}
