import { sql } from 'kysely';
import type { SchemaMigration } from './schema.ts';

/** What one unit of a currency costs in µT, with its history: the newest row of a currency holds. */
export const exchangeRates: SchemaMigration = (schema) => ({
  async up(database) {
    await schema
      .createTable(database, 'exchange_rates')
      .addColumn('id', schema.integer, schema.identity)
      .addColumn('currency', schema.text, (column) => column.notNull())
      .addColumn('rate', schema.integer, (column) => column.notNull())
      .addColumn('actor', schema.text, (column) => column.notNull())
      .addColumn('created_at', schema.time, (column) => column.notNull())
      .addCheckConstraint('exchange_rates_rate_is_positive', sql`rate > 0`)
      .execute();
    await database.schema
      .createIndex('exchange_rates_by_currency')
      .on('exchange_rates')
      .columns(['currency', 'id'])
      .execute();
    await schema.forbid(database, 'exchange_rates', 'delete');
    await schema.forbid(database, 'exchange_rates', 'update');
  },
});
