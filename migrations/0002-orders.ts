import { sql } from 'kysely';
import type { SchemaMigration } from './schema.ts';

export const orders: SchemaMigration = (schema) => ({
  async up(database) {
    await schema
      .createTable(database, 'orders')
      .addColumn('id', schema.integer, schema.identity)
      .addColumn('order_id', schema.text, (column) => column.notNull().unique())
      .addColumn('alt_id', schema.text)
      .addColumn('customer_id', schema.text, (column) => column.notNull().references('customers.customer_id'))
      .addColumn('memo', schema.text)
      .addColumn('total_price', schema.integer, (column) => column.notNull())
      .addColumn('original_price', schema.text)
      .addColumn('currency', schema.text, (column) => column.notNull())
      .addColumn('exchange_rate', schema.integer, (column) => column.notNull())
      .addColumn('status', schema.text, (column) => column.notNull())
      .addColumn('amount_outstanding', schema.integer)
      .addColumn('claimed_by', schema.text, (column) => column.references('accounts.account'))
      .addColumn('created_at', schema.time, (column) => column.notNull())
      .addColumn('updated_at', schema.time, (column) => column.notNull())
      .addColumn('shop_updated_at', schema.time, (column) => column.notNull())
      .addCheckConstraint('orders_status_is_known', sql`status in ('Unclaimed', 'New', 'Paid', 'Expired', 'Cancelled')`)
      .addCheckConstraint('orders_unclaimed_has_no_claimant', sql`status <> 'Unclaimed' or claimed_by is null`)
      .addCheckConstraint('orders_price_not_negative', sql`total_price >= 0`)
      .addCheckConstraint('orders_outstanding_not_negative', sql`amount_outstanding is null or amount_outstanding >= 0`)
      .addCheckConstraint('orders_rate_is_positive', sql`exchange_rate > 0`)
      .execute();
    const index = (name: string, columns: string[]) =>
      database.schema.createIndex(name).on('orders').columns(columns).execute();
    await index('orders_by_customer', ['customer_id', 'status', 'created_at', 'id']);
    await index('orders_by_status', ['status', 'updated_at']);
    await index('orders_by_alt_id', ['alt_id']);
    await database.schema
      .createIndex('orders_by_claimant')
      .on('orders')
      .columns(['claimed_by', 'created_at', 'id'])
      .where('claimed_by', 'is not', null)
      .execute();
    await schema.forbid(database, 'orders', 'delete');
    await schema.forbid(database, 'orders', 'update', ['id', 'order_id', 'created_at']);
  },
});
