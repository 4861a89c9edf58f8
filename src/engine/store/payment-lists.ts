import { type Kysely, type RawBuilder, type SqlBool, sql } from 'kysely';
import { amountOf, timeText } from '#platform/database/columns.ts';
import { beyond } from '#platform/database/list-order.ts';
import { memoizeByNames, preparedQuery } from '#platform/database/prepared-query.ts';
import type { RepositoryConnection } from '#platform/database/store.ts';
import type { ListOrder } from '#platform/list-order.ts';
import type { AccountId } from '#tari/address.ts';
import type { MicroTari } from '#tari/micro-tari.ts';
import { ordinalOf } from './account-ordinals.ts';
import {
  type OrderNames,
  type Payment,
  type PaymentFilter,
  type PaymentPosition,
  type PaymentRow,
  paymentOf,
} from './payments.ts';
import type { EngineTables } from './tables.ts';
import { paymentJson, type RowText } from './texts.ts';

/** Payments as they are listed, searched and compared; nothing of them is changed here. */
export function paymentListRepository(
  database: Kysely<EngineTables>,
  { dialect }: Pick<RepositoryConnection, 'dialect'>,
) {
  const sorted = (order: ListOrder, limit: number) =>
    database.selectFrom('payments').orderBy('created_at', order).orderBy('txid', order).limit(limit);
  const behind = (order: ListOrder, time: string, txid: string) =>
    sql<SqlBool>`(created_at, txid) ${beyond(order)} (${time}, ${txid})`;
  const after = (position: PaymentPosition | undefined, order: ListOrder) =>
    position === undefined ? sql<SqlBool>`1 = 1` : behind(order, timeText(position.createdAt), position.txid);
  const objects = (position: PaymentPosition | undefined, limit: number, order: ListOrder) =>
    sorted(order, limit).where(after(position, order)).selectAll();
  const texts = (position: PaymentPosition | undefined, limit: number, order: ListOrder) =>
    sorted(order, limit).where(after(position, order)).select(paymentJson(dialect).as('json'));
  const selectTexts = memoizeByNames(([start, order]: readonly ['first' | 'later', ListOrder]) =>
    preparedQuery<{ account: string; limit: number; time: string; txid: string }, RowText>(database, (value) => {
      const page = sorted(order, value('limit'))
        .select(paymentJson(dialect).as('json'))
        .where('account_ordinal', '=', ordinalOf(value('account')));
      return start === 'first' ? page : page.where(behind(order, value('time'), value('txid')));
    }),
  );
  const selectTotal = preparedQuery<{ account: string }, { total: bigint }>(database, (value) =>
    database
      .selectFrom('payments')
      .select(sql<bigint>`cast(coalesce(sum(amount), 0) as bigint)`.as('total'))
      .where('account_ordinal', '=', ordinalOf(value('account'))),
  );
  const selectNaming = preparedQuery<Record<'name' | 'second' | 'third' | 'fourth', string>, PaymentRow>(
    database,
    (value) =>
      database
        .selectFrom('payments')
        .selectAll()
        .where('order_id', 'in', [value('name'), value('second'), value('third'), value('fourth')])
        .where('status', '<>', 'cancelled')
        .orderBy('created_at')
        .orderBy('txid'),
  );

  return {
    /** Up to `limit` payments of an account after the position in that order. */
    async pageOfAccount(
      account: AccountId,
      after: PaymentPosition | undefined,
      limit: number,
      order: ListOrder = 'asc',
    ): Promise<Payment[]> {
      const rows = await objects(after, limit, order).where('account_ordinal', '=', ordinalOf(account)).execute();
      return rows.map(paymentOf);
    },

    /** The same as JSON. */
    async textsOfAccount(
      account: AccountId,
      after: PaymentPosition | undefined,
      limit: number,
      order: ListOrder = 'asc',
    ): Promise<RowText[]> {
      const select = selectTexts([after === undefined ? 'first' : 'later', order]);
      const time = after === undefined ? '' : timeText(after.createdAt);
      return (await select({ account, limit, time, txid: after?.txid ?? '' })).rows;
    },

    /** The sum of all payments of an account, whatever their status. */
    async totalOfAccount(account: AccountId): Promise<MicroTari> {
      const { rows } = await selectTotal({ account });
      return amountOf((rows[0] as { total: bigint }).total);
    },

    /** Up to `limit` payments that match the filter, after the position in that order. */
    async search(
      filter: PaymentFilter,
      after: PaymentPosition | undefined,
      limit: number,
      order: ListOrder = 'asc',
    ): Promise<Payment[]> {
      const conditions = conditionsOf(filter);
      return (await objects(after, limit, order).where(conditions).execute()).map(paymentOf);
    },

    /** The same as JSON. */
    searchTexts: (
      filter: PaymentFilter,
      after: PaymentPosition | undefined,
      limit: number,
      order: ListOrder = 'asc',
    ): Promise<RowText[]> => texts(after, limit, order).where(conditionsOf(filter)).execute(),

    /** Up to `limit` payments that name an order by any of the given ids, after the position in that order. */
    async pageNaming(
      orderIds: readonly string[],
      after: PaymentPosition | undefined,
      limit: number,
      order: ListOrder = 'asc',
    ): Promise<Payment[]> {
      const rows = await objects(after, limit, order).where('order_id', 'in', orderIds).execute();
      return rows.map(paymentOf);
    },

    /** The same as JSON. */
    textsNaming: (
      orderIds: readonly string[],
      after: PaymentPosition | undefined,
      limit: number,
      order: ListOrder = 'asc',
    ): Promise<RowText[]> => texts(after, limit, order).where('order_id', 'in', orderIds).execute(),

    /** The payments that name an order by any of up to four names, oldest first, without cancelled ones. */
    async naming([name, second = name, third = name, fourth = name]: OrderNames): Promise<Payment[]> {
      const { rows } = await selectNaming({ name, second, third, fourth });
      return rows.map(paymentOf);
    },

    /** The sum of unconfirmed payments without an order from the order's signers. */
    async onTheWayFromSigners(orderId: string): Promise<MicroTari> {
      const { total } = await database
        .selectFrom('payments')
        .innerJoin('order_claims', 'order_claims.account_ordinal', 'payments.account_ordinal')
        .select(sql<bigint>`cast(coalesce(sum(payments.amount), 0) as bigint)`.as('total'))
        .where('order_claims.order_id', '=', orderId)
        .where('payments.status', '=', 'received')
        .where('payments.order_id', 'is', null)
        .executeTakeFirstOrThrow();
      return amountOf(total);
    },

    /**
     * Up to `limit` payments on the chain that were entered since then, or that are in that block or a later one, after the
     * one with that id, by id.
     */
    async onChainSince(
      { time, height }: { time: Date; height: number },
      after: string,
      limit: number,
    ): Promise<Payment[]> {
      const rows = await database
        .selectFrom('payments')
        .selectAll()
        .where('payment_type', '=', 'on_chain')
        .where(({ eb, or }) => or([eb('created_at', '>=', timeText(time)), eb('block_height', '>=', BigInt(height))]))
        .where('txid', '>', after)
        .orderBy('txid')
        .limit(limit)
        .execute();
      return rows.map(paymentOf);
    },
  };
}

function conditionsOf(filter: PaymentFilter): RawBuilder<SqlBool> {
  const { txid, paymentReference, orderId, since, until, exceptCancelled } = filter;
  const conditions = [sql<SqlBool>`1 = 1`];
  if (txid !== undefined) conditions.push(sql`payments.txid = ${txid}`);
  if (paymentReference !== undefined) conditions.push(sql`payments.payment_reference = ${paymentReference}`);
  if (orderId !== undefined) conditions.push(sql`payments.order_id = ${orderId}`);
  if (since !== undefined) conditions.push(sql`payments.created_at >= ${timeText(since)}`);
  if (until !== undefined) conditions.push(sql`payments.created_at <= ${timeText(until)}`);
  if (exceptCancelled) conditions.push(sql`payments.status <> 'cancelled'`);
  return sql.join(conditions, sql` and `);
}
