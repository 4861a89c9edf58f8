import { type SqlBool, sql } from 'kysely';
import type { SchemaMigration } from './schema.ts';

/**
 * What the lists and the search of orders are read by: each answers in the order of (created_at, id), so that a page
 * costs the same wherever it begins. The search by customer and status uses `orders_by_customer`, that by the shop's
 * other name `orders_by_alt_id`, which are there since `0002-orders`.
 */
export const orderSearchIndexes: SchemaMigration = (schema) => ({
  async up(database) {
    const index = (name: string, table: string, columns: string[]) =>
      database.schema.createIndex(name).on(table).columns(columns).execute();
    await index('orders_by_status_and_age', 'orders', ['status', 'created_at', 'id']);
    await index('orders_by_currency', 'orders', ['currency', 'status', 'created_at', 'id']);
    await database.schema
      .createIndex('orders_owed_by_customer')
      .on('orders')
      .columns(['customer_id', 'total_price', 'status'])
      // An expression, so that who asks in the same words gets this index and none of the others by state.
      .where(sql<SqlBool>`status || '' = 'New'`)
      .execute();
    await schema.indexMemos(database);

    await index('accounts_by_address', 'accounts', ['address']);
    // It begins with the same column and keeps the order of the list too, so the old one has nothing left to do.
    await index('payments_by_named_order', 'payments', ['order_id', 'created_at', 'txid']);
    await database.schema.dropIndex('payments_by_order').execute();
  },
});
