import type { Kysely, Selectable } from 'kysely';
import { timeOf, timeText } from '#platform/database/columns.ts';
import { preparedQuery } from '#platform/database/prepared-query.ts';
import type { ShopClosing, ShopTables } from './tables.ts';

/** The newest update of an order that the shop has not sent yet. */
export interface EarlyUpdate {
  orderId: string;
  /** How the shop closed the order; null while it is open there. */
  closing: ShopClosing | null;
  /** As the shop wrote it, in `currency`. */
  price: string;
  currency: string;
  /** The amount still due according to the shop, in its format; null if it reported none. */
  outstanding: string | null;
  shopUpdatedAt: Date;
  /** When the shop sent it, as sortable text; null if unknown. */
  triggeredAt: string | null;
}

export type EarlyNewsRepository = ReturnType<typeof earlyNewsRepository>;

export function earlyNewsRepository(database: Kysely<ShopTables>) {
  const select = preparedQuery<{ orderId: string }, Selectable<ShopTables['early_news']>>(database, (value) =>
    database.selectFrom('early_news').selectAll().where('order_id', '=', value('orderId')),
  );

  return {
    async find(orderId: string): Promise<EarlyUpdate | undefined> {
      const [row] = (await select({ orderId })).rows;
      return (
        row && {
          orderId: row.order_id,
          closing: row.closing,
          price: row.price,
          currency: row.currency,
          outstanding: row.outstanding,
          shopUpdatedAt: timeOf(row.shop_updated_at),
          triggeredAt: row.triggered_at,
        }
      );
    },

    /** Stores the update, replacing an earlier one of the order. */
    async keep(early: EarlyUpdate, now: Date): Promise<void> {
      const { orderId, closing, price, currency, outstanding, shopUpdatedAt, triggeredAt } = early;
      const news = {
        closing,
        price,
        currency,
        outstanding,
        shop_updated_at: timeText(shopUpdatedAt),
        triggered_at: triggeredAt,
        received_at: timeText(now),
      };
      await database
        .insertInto('early_news')
        .values({ order_id: orderId, ...news })
        .onConflict((conflict) => conflict.column('order_id').doUpdateSet(news))
        .execute();
    },

    /** Deletes updates from before that time. Returns how many. */
    async forgetBefore(time: Date): Promise<number> {
      const { numDeletedRows } = await database
        .deleteFrom('early_news')
        .where('received_at', '<', timeText(time))
        .executeTakeFirstOrThrow();
      return Number(numDeletedRows);
    },
  };
}
