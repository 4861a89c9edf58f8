import { type Kysely, type RawBuilder, type SqlBool, sql } from 'kysely';
import { accountOfColumn, amountOf, timeOf, timeText } from '#platform/database/columns.ts';
import type { AccountId } from '#tari/address.ts';
import type { MicroTari } from '#tari/micro-tari.ts';
import { ordinalOf } from './account-ordinals.ts';
import { type Order, type OrderPosition, orderOf, USABLE_CREDIT } from './orders.ts';
import { type Payment, type PaymentPosition, paymentOf } from './payments.ts';
import type { EngineTables, LinkKind, OrderStatus } from './tables.ts';

/**
 * What people at a desk look up, newest first: everything by an index, and what is counted only up to a limit, so that it
 * costs the same in a large shop as in a small one.
 */

/** Which payments need a person, or are there to be given back. The conditions are those of partial indexes. */
const MONEY = {
  late: sql<SqlBool>`is_late = 1 and unspent > 0`,
  // An expression, so that SQLite uses the index that is sorted by time.
  over: sql<SqlBool>`owner_kind || '' = 'customer' and is_late = 0 and unspent > 0`,
} as const;

export type MoneyKind = keyof typeof MONEY;

/** An account whose money pays nothing by itself, because several customers have named it and nobody has signed for it. */
export interface SharedSender {
  account: AccountId;
  address: string;
  freeCredit: MicroTari;
  customers: number;
}

/** Accounts looked at to find those that are shared. */
const MAX_CANDIDATES = 2_000;

/** A customer with the sums of its orders. */
export interface CustomerRow {
  customerId: string;
  credit: MicroTari;
  current: MicroTari;
  paid: MicroTari;
  updatedAt: Date;
}

export interface LinkedCustomer {
  customerId: string;
  link: LinkKind;
  since: Date;
}

export function deskRepository(database: Kysely<EngineTables>) {
  const orders = () => database.selectFrom('orders').selectAll('orders').select(USABLE_CREDIT.as('usable_credit'));
  const earlierOrders = (after: OrderPosition | undefined) =>
    after === undefined
      ? sql<SqlBool>`1 = 1`
      : sql<SqlBool>`(orders.created_at, orders.id) < (${timeText(after.createdAt)}, ${after.id})`;
  const earlierPayments = (after: PaymentPosition | undefined) =>
    after === undefined
      ? sql<SqlBool>`1 = 1`
      : sql<SqlBool>`(payments.created_at, payments.txid) < (${timeText(after.createdAt)}, ${after.txid})`;
  const payments = (after: PaymentPosition | undefined, limit: number) =>
    database
      .selectFrom('payments')
      .selectAll()
      .where(earlierPayments(after))
      .orderBy('created_at', 'desc')
      .orderBy('txid', 'desc')
      .limit(limit);

  const upTo = async (limit: number, rows: RawBuilder<unknown>): Promise<number> => {
    const result = await sql<{
      count: bigint;
    }>`select count(*) as count from (${rows} limit ${limit}) as counted`.execute(database);
    return Number(result.rows[0]?.count ?? 0n);
  };

  return {
    /** The count of the orders in a state that were placed in a range, up to a limit. */
    countOrders(status: OrderStatus, limit: number, since?: Date, until?: Date): Promise<number> {
      const from = since === undefined ? sql`` : sql` and created_at >= ${timeText(since)}`;
      const to = until === undefined ? sql`` : sql` and created_at < ${timeText(until)}`;
      return upTo(limit, sql`select 1 from orders where status = ${status}${from}${to}`);
    },

    /** Open orders that a part of the price has come for, up to a limit. */
    countPartlyPaid: (limit: number): Promise<number> => upTo(limit, sql`select 1 from orders where own_money > 0`),

    countMoney: (kind: MoneyKind, limit: number): Promise<number> =>
      upTo(limit, sql`select 1 from payments where ${MONEY[kind]}`),

    countHeld: (limit: number): Promise<number> =>
      upTo(limit, sql`select 1 from payments where (payments.unspent > 0 or payments.status = 'received')`),

    /** What came on the chain and was confirmed, of up to `limit` payments that were entered in a range. */
    async receivedBetween(since: Date, until: Date, limit: number): Promise<{ count: number; amount: bigint }> {
      const { rows } = await sql<{ count: bigint; amount: bigint }>`
        select count(*) as count, cast(coalesce(sum(amount), 0) as bigint) as amount from (
          select amount from payments
          where created_at >= ${timeText(since)} and created_at < ${timeText(until)}
            and status = 'confirmed' and payment_type = 'on_chain' limit ${limit}) as received`.execute(database);
      return { count: Number(rows[0]?.count ?? 0n), amount: rows[0]?.amount ?? 0n };
    },

    /** How long each of the newest Paid orders took from its placing to its last change, in milliseconds. */
    async timesOfPaid(limit: number): Promise<number[]> {
      const rows = await database
        .selectFrom('orders')
        .select(['created_at', 'updated_at'])
        .where('status', '=', 'Paid')
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit)
        .execute();
      return rows.map((row) => timeOf(row.updated_at).getTime() - timeOf(row.created_at).getTime());
    },

    async partlyPaid(after: OrderPosition | undefined, limit: number): Promise<Order[]> {
      const rows = await orders()
        .where(sql<SqlBool>`own_money > 0`)
        .where(earlierOrders(after))
        .orderBy('orders.created_at', 'desc')
        .orderBy('orders.id', 'desc')
        .limit(limit)
        .execute();
      return rows.map(orderOf);
    },

    async ordersOfPrice(price: bigint, after: OrderPosition | undefined, limit: number): Promise<Order[]> {
      const rows = await orders()
        .where('total_price', '=', price)
        .where(earlierOrders(after))
        .orderBy('orders.created_at', 'desc')
        .orderBy('orders.id', 'desc')
        .limit(limit)
        .execute();
      return rows.map(orderOf);
    },

    /** Confirmation numbers are random, and not guaranteed to be unique. */
    async ordersOfCode(code: string, limit: number): Promise<Order[]> {
      const rows = await orders().where('page_code', '=', code).orderBy('orders.id', 'desc').limit(limit).execute();
      return rows.map(orderOf);
    },

    /** The orders that these payments are about, by what the payments name. */
    async ordersNamed(names: readonly string[]): Promise<Map<string, Order>> {
      if (names.length === 0) return new Map();
      const rows = await orders()
        .where('order_id', 'in', [...names])
        .execute();
      return new Map(rows.map((row) => [row.order_id, orderOf(row)]));
    },

    async claimedOrders(account: AccountId, after: OrderPosition | undefined, limit: number): Promise<Order[]> {
      const rows = await orders()
        .where('claimant_ordinal', '=', ordinalOf(account))
        .where(earlierOrders(after))
        .orderBy('orders.created_at', 'desc')
        .orderBy('orders.id', 'desc')
        .limit(limit)
        .execute();
      return rows.map(orderOf);
    },

    async money(kind: MoneyKind, after: PaymentPosition | undefined, limit: number): Promise<Payment[]> {
      return (await payments(after, limit).where(MONEY[kind]).execute()).map(paymentOf);
    },

    async paymentsOfAmount(amount: bigint, after: PaymentPosition | undefined, limit: number): Promise<Payment[]> {
      return (await payments(after, limit).where('amount', '=', amount).execute()).map(paymentOf);
    },

    async paymentsOfAccount(account: AccountId, after: PaymentPosition | undefined, limit: number): Promise<Payment[]> {
      return (await payments(after, limit).where('account_ordinal', '=', ordinalOf(account)).execute()).map(paymentOf);
    },

    /** Up to `limit` of them, those with the newest money first. */
    async sharedSenders(limit: number): Promise<SharedSender[]> {
      const links = sql<bigint>`(select count(*) from customer_addresses
        where customer_addresses.account_ordinal = candidates.ordinal)`;
      const { rows } = await sql<{ account: string; address: string; free_credit: bigint; links: bigint }>`
        select account, address, free_credit, ${links} as links from (
          select account, address, free_credit, ordinal, updated_at from accounts where free_credit > 0
          order by updated_at desc, ordinal desc limit ${MAX_CANDIDATES}) as candidates
        where ${links} > 1 and not exists (select 1 from customer_addresses
          where customer_addresses.account_ordinal = candidates.ordinal and kind <> 'stated')
        order by updated_at desc, ordinal desc limit ${limit}`.execute(database);
      return rows.map((row) => ({
        account: accountOfColumn(row.account),
        address: row.address,
        freeCredit: amountOf(row.free_credit),
        customers: Number(row.links),
      }));
    },

    /** The customers that have named an account or are tied to it, in no order of importance. */
    async customersOf(account: AccountId, limit: number): Promise<LinkedCustomer[]> {
      const rows = await database
        .selectFrom('customer_addresses')
        .select(['customer_id', 'kind', 'created_at'])
        .where('account_ordinal', '=', ordinalOf(account))
        .orderBy('customer_id')
        .limit(limit)
        .execute();
      return rows.map((row) => ({ customerId: row.customer_id, link: row.kind, since: timeOf(row.created_at) }));
    },

    /** Up to `limit` customers whose ids begin so, after one of them, by id. */
    async customers(start: string, after: string, limit: number): Promise<CustomerRow[]> {
      const rows = await database
        .selectFrom('customers')
        .selectAll()
        .where('customer_id', '>=', start)
        .where('customer_id', '<', `${start}\u{10ffff}`)
        .where('customer_id', '>', after)
        .orderBy('customer_id')
        .limit(limit)
        .execute();
      return rows.map((row) => ({
        customerId: row.customer_id,
        credit: amountOf(row.credit),
        current: amountOf(row.total_current),
        paid: amountOf(row.total_paid),
        updatedAt: timeOf(row.updated_at),
      }));
    },
  };
}
