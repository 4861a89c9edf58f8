import { sql } from 'kysely';
import type { SchemaMigration } from './schema.ts';

/** Money that other gateways hold for orders, which is captured once the order's Tari part is paid. */
export const authorizations: SchemaMigration = (schema) => ({
  async up(database) {
    await schema
      .createTable(database, 'authorizations')
      .addColumn('transaction_id', schema.text, (column) => column.primaryKey().notNull())
      // No reference: the shop may tell of the authorization before it tells of the order.
      .addColumn('order_id', schema.text, (column) => column.notNull())
      .addColumn('gateway', schema.text)
      .addColumn('amount', schema.text, (column) => column.notNull())
      .addColumn('currency', schema.text, (column) => column.notNull())
      .addColumn('received_at', schema.time, (column) => column.notNull())
      .execute();
    await database.schema.createIndex('authorizations_by_order').on('authorizations').columns(['order_id']).execute();
    await database.schema.createIndex('authorizations_by_age').on('authorizations').columns(['received_at']).execute();
    await schema.forbid(database, 'authorizations', 'update');
    // An authorization that comes after its order was paid has the shop told of that once more.
    await database.schema
      .createIndex('events_of_paid_orders')
      .on('events')
      .columns(['subject'])
      .where(sql`type`, '=', sql.lit('OrderPaid'))
      .execute();
  },
});
