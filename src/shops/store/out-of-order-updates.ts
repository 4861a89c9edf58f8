import type { Kysely, Selectable } from 'kysely';
import { timeOf, timeText } from '#platform/database/columns.ts';
import { preparedQuery } from '#platform/database/prepared-query.ts';
import type { ShopClosing, Tables } from '#platform/database/tables.ts';

/** The last that the shop said of an order that it has not told us of yet. */
export interface EarlyNews {
  orderId: string;
  /** How the shop closed the order; null while it is open there. */
  closing: ShopClosing | null;
  /** As the shop wrote it, in `currency`. */
  price: string;
  currency: string;
  /** What the shop says is still due, as it wrote it; null where it said nothing. */
  outstanding: string | null;
  shopUpdatedAt: Date;
  /** When the shop sent it, as text that compares by its characters; null where it did not say. */
  triggeredAt: string | null;
}

export type EarlyNewsRepository = ReturnType<typeof earlyNewsRepository>;

export function earlyNewsRepository(database: Kysely<Tables>) {
  const select = preparedQuery<{ orderId: string }, Selectable<Tables['early_news']>>(database, (value) =>
    database.selectFrom('early_news').selectAll().where('order_id', '=', value('orderId')),
  );

  return {
    async find(orderId: string): Promise<EarlyNews | undefined> {
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

    /** Keeps the news in place of what was kept of the order before. */
    async keep(early: EarlyNews, now: Date): Promise<void> {
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

    /** Forgets news that came before the time. Answers how many. */
    async forgetBefore(time: Date): Promise<number> {
      const { numDeletedRows } = await database
        .deleteFrom('early_news')
        .where('received_at', '<', timeText(time))
        .executeTakeFirstOrThrow();
      return Number(numDeletedRows);
    },
  };
}
