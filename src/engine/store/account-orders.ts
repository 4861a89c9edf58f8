import { type Kysely, type SqlBool, sql } from 'kysely';
import { amountOf, timeText } from '#platform/database/columns.ts';
import { beyond } from '#platform/database/list-order.ts';
import { memoizeByNames, preparedQuery, preparedText } from '#platform/database/prepared-query.ts';
import type { RepositoryConnection } from '#platform/database/store.ts';
import type { ListOrder } from '#platform/list-order.ts';
import type { AccountId } from '#tari/address.ts';
import type { MicroTari } from '#tari/micro-tari.ts';
import { ordinalOf } from './account-ordinals.ts';
import { inStates, type Order, type OrderPosition, orderOf, type ReadOrderRow, USABLE_CREDIT } from './orders.ts';
import { type EngineTables, ORDER_STATUSES, type OrderStatus } from './tables.ts';
import { type OrderText, orderText, rowsOfPage } from './texts.ts';

const OPEN: readonly OrderStatus[] = ['Unclaimed', 'New'];

/** Which orders of an account a list has: all of them, or those that can still be paid. */
export type ListedOrders = 'all' | 'open';

const STATES: Readonly<Record<ListedOrders, readonly OrderStatus[]>> = { all: ORDER_STATUSES, open: OPEN };

/** Whose notes on orders a list shows: those on all orders, or on those alone that the account itself paid. */
export type ShownNotes = 'all' | 'own';

/** A list of an account's orders. */
export interface AccountOrders {
  account: AccountId;
  orders: ListedOrders;
  notes: ShownNotes;
}

/** The customer's note on an order if the account paid most of it; claiming an order, or sending 1 µT for it, is not enough. */
const noteOfPayer = (account: string) => sql`case when orders.memo is not null and orders.status = 'Paid' and
  2 * coalesce((select sum(settlements.amount) from settlements
    where settlements.order_id = orders.order_id and settlements.account = ${account}), 0) > orders.total_price
  then orders.memo end`;

/** The orders of accounts and customers: those that their money may pay, and those that they claimed or paid. */
export function accountOrderRepository(
  database: Kysely<EngineTables>,
  { dialect }: Pick<RepositoryConnection, 'dialect'>,
) {
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

  const claimedBy = (account: string, statuses: readonly OrderStatus[]) =>
    database.selectFrom('orders').where('claimant_ordinal', '=', ordinalOf(account)).where(inStates(statuses));

  /** The orders that the account paid for but that another account claimed. */
  const paidForOthers = (account: string, statuses: readonly OrderStatus[]) =>
    database
      .selectFrom('settlements')
      .innerJoin('orders', 'orders.order_id', 'settlements.order_id')
      .where('settlements.account_ordinal', '=', ordinalOf(account))
      .where(sql<SqlBool>`coalesce(orders.claimed_by, '') <> ${account}`)
      .where(inStates(statuses));

  /** One statement for each kind of list: of all or open orders, from the start or a position, in either order. */
  const selectTexts = memoizeByNames(
    ([orders, start, order, notes]: readonly [ListedOrders, 'first' | 'later', ListOrder, ShownNotes]) =>
      preparedText<{ account: string; limit: number; time: string; id: bigint }, OrderText>(database, (value) => {
        const condition =
          start === 'first'
            ? sql<SqlBool>`1 = 1`
            : sql<SqlBool>`(orders.created_at, orders.id) ${beyond(order)} (${value('time')}, ${value('id')})`;
        const page = claimedBy(value('account'), STATES[orders])
          .where(condition)
          .select(['orders.id', 'orders.created_at'])
          .unionAll(
            paidForOthers(value('account'), STATES[orders]).where(condition).select(['orders.id', 'orders.created_at']),
          )
          .orderBy('created_at', order)
          .orderBy('id', order)
          .limit(value('limit'));
        const memo = notes === 'all' ? 'orders.memo' : noteOfPayer(value('account'));
        return rowsOfPage<OrderText>(dialect, sql`${page}`, order, orderText(dialect, memo));
      }),
  );

  const selectTotal = memoizeByNames(([orders]: readonly [ListedOrders]) =>
    preparedText<{ account: string }, { total: bigint }>(database, (value) => {
      const sum = sql<bigint>`cast(coalesce(sum(total_price), 0) as bigint)`.as('total');
      const claimed = claimedBy(value('account'), STATES[orders]).select(sum);
      const paid = paidForOthers(value('account'), STATES[orders]).select(sum);
      return sql<{ total: bigint }>`select (${claimed}) + (${paid}) as total`;
    }),
  );

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

    /** Up to `limit` orders that the account claimed or paid, after the position in that order, by creation and then by id. */
    async textsOfAccount(
      { account, orders, notes }: AccountOrders,
      after: OrderPosition | undefined,
      limit: number,
      order: ListOrder = 'asc',
    ): Promise<OrderText[]> {
      const select = selectTexts([orders, after === undefined ? 'first' : 'later', order, notes]);
      const { createdAt, id = 0n } = after ?? {};
      const time = createdAt === undefined ? '' : timeText(createdAt);
      return (await select({ account, limit, time, id })).rows;
    },

    /** The sum of the prices of the orders that the account claimed or paid. */
    async totalOfAccount(account: AccountId, orders: ListedOrders): Promise<MicroTari> {
      const { rows } = await selectTotal([orders])({ account });
      return amountOf((rows[0] as { total: bigint }).total);
    },
  };
}
