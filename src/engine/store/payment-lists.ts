import { type Kysely, type SqlBool, sql } from 'kysely';
import { amountOf, timeText } from '#platform/database/columns.ts';
import { beyond } from '#platform/database/list-order.ts';
import { preparedQuery } from '#platform/database/prepared-query.ts';
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

/** Payments as they are listed, searched and compared; nothing of them is changed here. */
export function paymentListRepository(database: Kysely<EngineTables>) {
  const pageAfter = (after: PaymentPosition | undefined, limit: number, order: ListOrder) => {
    const all = database.selectFrom('payments').selectAll();
    const page = all.orderBy('created_at', order).orderBy('txid', order).limit(limit);
    if (after === undefined) return page;
    return page.where(sql<SqlBool>`(created_at, txid) ${beyond(order)} (${timeText(after.createdAt)}, ${after.txid})`);
  };
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
      const rows = await pageAfter(after, limit, order).where('account_ordinal', '=', ordinalOf(account)).execute();
      return rows.map(paymentOf);
    },

    /** The sum of all payments of an account, whatever their status. */
    async totalOfAccount(account: AccountId): Promise<MicroTari> {
      const { total } = await database
        .selectFrom('payments')
        .select(sql<bigint>`cast(coalesce(sum(amount), 0) as bigint)`.as('total'))
        .where('account_ordinal', '=', ordinalOf(account))
        .executeTakeFirstOrThrow();
      return amountOf(total);
    },

    /** Up to `limit` payments that match the filter, after the position in that order. */
    async search(
      filter: PaymentFilter,
      after: PaymentPosition | undefined,
      limit: number,
      order: ListOrder = 'asc',
    ): Promise<Payment[]> {
      const { txid, paymentReference, orderId, since, until, exceptCancelled } = filter;
      let page = pageAfter(after, limit, order);
      if (txid !== undefined) page = page.where('txid', '=', txid);
      if (paymentReference !== undefined) page = page.where('payment_reference', '=', paymentReference);
      if (orderId !== undefined) page = page.where('order_id', '=', orderId);
      if (since !== undefined) page = page.where('created_at', '>=', timeText(since));
      if (until !== undefined) page = page.where('created_at', '<=', timeText(until));
      if (exceptCancelled) page = page.where('status', '<>', 'cancelled');
      return (await page.execute()).map(paymentOf);
    },

    /** Up to `limit` payments that name an order by any of the given ids, after the position in that order. */
    async pageNaming(
      orderIds: readonly string[],
      after: PaymentPosition | undefined,
      limit: number,
      order: ListOrder = 'asc',
    ): Promise<Payment[]> {
      const rows = await pageAfter(after, limit, order).where('order_id', 'in', orderIds).execute();
      return rows.map(paymentOf);
    },

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
