import { sql } from 'kysely';
import type { SchemaMigration } from './schema.ts';

/**
 * What proves to an order's pay page that a visitor belongs to the order: the shop's confirmation number, which is random
 * and stands in the customer's order mail, or a code of ours where the shop gives none. Orders that are there already get
 * a code. And the language that the customer used in the shop.
 */
export const pageCodes: SchemaMigration = (schema) => ({
  async up(database) {
    await database.schema.alterTable('orders').addColumn('page_code', schema.text).execute();
    await database.schema.alterTable('orders').addColumn('customer_locale', schema.text).execute();
    await sql`update orders set page_code = upper(substr(${schema.randomText}, 1, 16))`.execute(database);
    // The page says what of an order's payments was given back.
    await database.schema
      .createIndex('payment_uses_taken_back')
      .on('payment_uses')
      .column('txid')
      .where(sql.ref('taken_by'), 'is not', null)
      .execute();
  },
});
