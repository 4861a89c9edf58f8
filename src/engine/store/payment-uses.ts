import type { Kysely } from 'kysely';
import { amountOf, timeOf, timeText } from '#platform/database/columns.ts';
import { preparedQuery } from '#platform/database/prepared-query.ts';
import { type MicroTari, sumMicroTari } from '#tari/micro-tari.ts';
import type { EngineTables } from './tables.ts';

/** An entry of the journal of the uses of payments. */
export interface PaymentUse {
  txid: string;
  /** The settlement that it paid; null if a manual payment took it back. */
  settlementId: bigint | null;
  /** The manual payment that took it back. */
  takenBy: string | null;
  amount: MicroTari;
}

/** A part of a payment that paid an order. */
export interface PaidPart {
  txid: string;
  sender: string;
  amount: MicroTari;
}

export type PaymentUseRepository = ReturnType<typeof paymentUseRepository>;

export function paymentUseRepository(database: Kysely<EngineTables>) {
  const insert = preparedQuery<PaymentUse & { time: string }>(database, (value) =>
    database.insertInto('payment_uses').values({
      txid: value('txid'),
      settlement_id: value('settlementId'),
      taken_by: value('takenBy'),
      amount: value('amount'),
      created_at: value('time'),
    }),
  );
  const selectOfOrder = preparedQuery<
    { orderId: string; limit: number },
    { txid: string; sender: string; amount: bigint }
  >(database, (value) =>
    database
      .selectFrom('payment_uses')
      .innerJoin('settlements', 'settlements.id', 'payment_uses.settlement_id')
      .innerJoin('payments', 'payments.txid', 'payment_uses.txid')
      .select(['payment_uses.txid', 'payments.sender', 'payment_uses.amount'])
      .where('settlements.order_id', '=', value('orderId'))
      .orderBy('payment_uses.id')
      .limit(value('limit')),
  );

  return {
    async insert(use: PaymentUse, now: Date): Promise<void> {
      await insert({ ...use, time: timeText(now) });
    },

    /** How much of these payments was taken back by operators, and when last; null if nothing was. */
    async takenBackOf(txids: readonly string[]): Promise<{ amount: MicroTari; at: Date } | null> {
      if (txids.length === 0) return null;
      const rows = await database
        .selectFrom('payment_uses')
        .select(['amount', 'created_at'])
        .where('txid', 'in', [...txids])
        .where('taken_by', 'is not', null)
        .execute();
      if (rows.length === 0) return null;
      const times = rows.map((row) => timeOf(row.created_at).getTime());
      return { amount: sumMicroTari(rows.map(({ amount }) => amount)), at: new Date(Math.max(...times)) };
    },

    /** Up to `limit` parts of payments that paid the order, oldest first. */
    async ofOrder(orderId: string, limit: number): Promise<PaidPart[]> {
      const { rows } = await selectOfOrder({ orderId, limit });
      return rows.map((row) => ({ txid: row.txid, sender: row.sender, amount: amountOf(row.amount) }));
    },
  };
}
