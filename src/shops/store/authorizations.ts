import type { Kysely } from 'kysely';
import { timeText } from '#platform/database/columns.ts';
import type { Tables } from '#platform/database/tables.ts';

/** Money that another gateway holds for an order, as the shop told of it. It never changes. */
export interface Authorization {
  /** The shop's id of the transaction. */
  transactionId: string;
  /** The order need not be known. */
  orderId: string;
  gateway: string | null;
  /** As the shop wrote it, in `currency`. */
  amount: string;
  currency: string;
}

export type AuthorizationRepository = ReturnType<typeof authorizationRepository>;

export function authorizationRepository(database: Kysely<Tables>) {
  return {
    /** Keeps the authorization. Answers false where one of its transaction is kept already, which stays as it is. */
    async keep(authorization: Authorization, now: Date): Promise<boolean> {
      const { transactionId, orderId, gateway, amount, currency } = authorization;
      const { numInsertedOrUpdatedRows } = await database
        .insertInto('authorizations')
        .values({
          transaction_id: transactionId,
          order_id: orderId,
          gateway,
          amount,
          currency,
          received_at: timeText(now),
        })
        .onConflict((conflict) => conflict.column('transaction_id').doNothing())
        .executeTakeFirstOrThrow();
      return numInsertedOrUpdatedRows === 1n;
    },

    /** What is kept for the order, in the order of its ids. */
    async ofOrder(orderId: string): Promise<Authorization[]> {
      const rows = await database
        .selectFrom('authorizations')
        .selectAll()
        .where('order_id', '=', orderId)
        .orderBy('transaction_id')
        .execute();
      return rows.map((row) => ({
        transactionId: row.transaction_id,
        orderId: row.order_id,
        gateway: row.gateway,
        amount: row.amount,
        currency: row.currency,
      }));
    },

    /** Forgets what came before the time for orders that are not known: shops also tell of orders that are none of ours. */
    async forgetUnknownBefore(time: Date): Promise<number> {
      const { numDeletedRows } = await database
        .deleteFrom('authorizations')
        .where('received_at', '<', timeText(time))
        .where('order_id', 'not in', (orders) => orders.selectFrom('orders').select('order_id'))
        .executeTakeFirstOrThrow();
      return Number(numDeletedRows);
    },
  };
}
