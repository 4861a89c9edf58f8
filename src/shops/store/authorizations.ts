import type { Kysely, Selectable } from 'kysely';
import type { EngineTables } from '#engine/store/tables.ts';
import { timeText } from '#platform/database/columns.ts';
import { preparedQuery } from '#platform/database/prepared-query.ts';
import type { ShopTables } from './tables.ts';

/** Money that another gateway holds for an order, as reported by the shop. It never changes. */
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

export function authorizationRepository(database: Kysely<ShopTables & Pick<EngineTables, 'orders'>>) {
  const selectOfOrder = preparedQuery<{ orderId: string }, Selectable<ShopTables['authorizations']>>(
    database,
    (value) =>
      database
        .selectFrom('authorizations')
        .selectAll()
        .where('order_id', '=', value('orderId'))
        .orderBy('transaction_id'),
  );

  return {
    /** Stores the authorization. Returns false, without effect, if one of its transaction is stored already. */
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

    /** The authorizations of the order, by id. */
    async ofOrder(orderId: string): Promise<Authorization[]> {
      const { rows } = await selectOfOrder({ orderId });
      return rows.map((row) => ({
        transactionId: row.transaction_id,
        orderId: row.order_id,
        gateway: row.gateway,
        amount: row.amount,
        currency: row.currency,
      }));
    },

    /** Deletes older authorizations of unknown orders: shops also report orders that do not concern us. */
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
