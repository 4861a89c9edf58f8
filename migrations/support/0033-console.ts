import { sql } from 'kysely';
import type { SchemaMigration } from '../schema.ts';

/** Its events. The condition of their index must be written like this in queries, too. */
const OF_ORDERS = sql<boolean>`type in ('NewOrder', 'OrderPaid', 'OrderAnnulled', 'OrderModified', 'OrderClaimed')`;

/**
 * What the console looks up: orders by confirmation number and price, payments by amount, the orders and payments that need
 * a person, the events of one order, the sums of a day; and the lists that people save.
 */
export const console: SchemaMigration = (schema) => ({
  async up(database) {
    const index = (name: string, table: string, columns: string[]) =>
      database.schema.createIndex(name).on(table).columns(columns);
    await index('orders_by_page_code', 'orders', ['page_code']).where(sql.ref('page_code'), 'is not', null).execute();
    await index('orders_by_price', 'orders', ['total_price', 'created_at', 'id']).execute();
    await index('orders_partly_paid', 'orders', ['created_at', 'id']).where(sql<boolean>`own_money > 0`).execute();
    await index('payments_by_amount', 'payments', ['amount', 'created_at', 'txid']).execute();
    await index('payments_by_day', 'payments', ['created_at', 'status', 'payment_type', 'amount']).execute();
    await index('payments_late_by_time', 'payments', ['created_at', 'txid'])
      .where(sql<boolean>`is_late = 1 and unspent > 0`)
      .execute();
    await index('payments_left_over', 'payments', ['created_at', 'txid'])
      .where(sql<boolean>`owner_kind || '' = 'customer' and is_late = 0 and unspent > 0`)
      .execute();
    await index('accounts_with_free_credit', 'accounts', ['updated_at', 'ordinal'])
      .where(sql<boolean>`free_credit > 0`)
      .execute();
    await index('events_of_orders', 'events', ['subject', 'id']).where(OF_ORDERS).execute();

    await schema
      .createTable(database, 'saved_views')
      .addColumn('id', schema.integer, schema.identity)
      // As in the audit log.
      .addColumn('owner', schema.text, (column) => column.notNull())
      .addColumn('name', schema.text, (column) => column.notNull())
      // Below the console, with its query.
      .addColumn('path', schema.text, (column) => column.notNull())
      .addColumn('created_at', schema.time, (column) => column.notNull())
      .addUniqueConstraint('saved_views_have_names', ['owner', 'name'])
      .execute();
  },
});
