import { sql } from 'kysely';
import type { SchemaMigration } from './schema.ts';

/** The journal of money that paid orders. Nothing in it is ever changed. */
export const settlements: SchemaMigration = (schema) => ({
  async up(database) {
    await schema
      .createTable(database, 'settlements')
      .addColumn('id', schema.integer, schema.identity)
      .addColumn('order_id', schema.text, (column) => column.notNull().references('orders.order_id'))
      .addColumn('account', schema.text, (column) => column.notNull().references('accounts.account'))
      .addColumn('settlement_type', schema.text, (column) => column.notNull())
      .addColumn('amount', schema.integer, (column) => column.notNull())
      .addColumn('created_at', schema.time, (column) => column.notNull())
      .addCheckConstraint('settlements_type_is_known', sql`settlement_type in ('single', 'multiple')`)
      .addCheckConstraint('settlements_amount_is_positive', sql`amount > 0`)
      .addUniqueConstraint('settlements_one_per_order_and_account', ['order_id', 'account'])
      .execute();
    await database.schema.createIndex('settlements_by_account').on('settlements').columns(['account', 'id']).execute();
    await schema.forbid(database, 'settlements', 'delete');
    await schema.forbid(database, 'settlements', 'update');
  },
});
