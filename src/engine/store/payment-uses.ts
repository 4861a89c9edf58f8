import type { Kysely } from 'kysely';
import { amountOf, timeText } from '#platform/database/columns.ts';
import { preparedQuery } from '#platform/database/prepared-query.ts';
import type { Tables } from '#platform/database/tables.ts';
import type { MicroTari } from '#tari/micro-tari.ts';

/** One entry of the journal of what payments were used for. */
export interface PaymentUse {
  txid: string;
  /** The entry of the settlement that it paid; null where a payment by hand took it back. */
  settlementId: bigint | null;
  /** The payment by hand that took it back. */
  takenBy: string | null;
  amount: MicroTari;
}

/** What paid an order: a part of a payment. */
export interface PaidPart {
  txid: string;
  sender: string;
  amount: MicroTari;
}

export type PaymentUseRepository = ReturnType<typeof paymentUseRepository>;

export function paymentUseRepository(database: Kysely<Tables>) {
  const insert = preparedQuery<PaymentUse & { time: string }>(database, (value) =>
    database.insertInto('payment_uses').values({
      txid: value('txid'),
      settlement_id: value('settlementId'),
      taken_by: value('takenBy'),
      amount: value('amount'),
      created_at: value('time'),
    }),
  );

  return {
    async insert(use: PaymentUse, now: Date): Promise<void> {
      await insert({ ...use, time: timeText(now) });
    },

    /** Up to `limit` parts of payments that paid the order, in the order in which they did. */
    async ofOrder(orderId: string, limit: number): Promise<PaidPart[]> {
      const rows = await database
        .selectFrom('payment_uses')
        .innerJoin('settlements', 'settlements.id', 'payment_uses.settlement_id')
        .innerJoin('payments', 'payments.txid', 'payment_uses.txid')
        .select(['payment_uses.txid', 'payments.sender', 'payment_uses.amount'])
        .where('settlements.order_id', '=', orderId)
        .orderBy('payment_uses.id')
        .limit(limit)
        .execute();
      return rows.map((row) => ({ txid: row.txid, sender: row.sender, amount: amountOf(row.amount) }));
    },
  };
}
