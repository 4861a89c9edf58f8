import { sql } from 'kysely';
import type { SchemaMigration } from './schema.ts';

/** What the shop said of orders before it told us of the orders themselves: webhooks come in any order. */
export const earlyNews: SchemaMigration = (schema) => ({
  async up(database) {
    await schema
      .createTable(database, 'early_news')
      .addColumn('order_id', schema.text, (column) => column.primaryKey().notNull())
      .addColumn('closing', schema.text)
      .addColumn('price', schema.text, (column) => column.notNull())
      .addColumn('currency', schema.text, (column) => column.notNull())
      .addColumn('shop_updated_at', schema.time, (column) => column.notNull())
      .addColumn('received_at', schema.time, (column) => column.notNull())
      .addCheckConstraint('early_news_closing_is_known', sql`closing is null or closing in ('cancelled', 'paid')`)
      .execute();
    await database.schema.createIndex('early_news_by_age').on('early_news').columns(['received_at']).execute();
  },
});
