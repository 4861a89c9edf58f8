import { sql } from 'kysely';
import type { SchemaMigration } from './schema.ts';

/**
 * Work to be done on the prices that the shop shows: of all its products at a rate, or of one product at the rate of the
 * moment. A row is one such work with how far it has come.
 */
export const priceUpdates: SchemaMigration = (schema) => ({
  async up(database) {
    await schema
      .createTable(database, 'price_updates')
      .addColumn('id', schema.integer, schema.identity)
      .addColumn('product_id', schema.text, (column) => column.unique())
      .addColumn('currency', schema.text)
      .addColumn('rate', schema.integer)
      .addColumn('state', schema.text, (column) => column.notNull())
      .addColumn('global_rate_is_set', schema.integer, (column) => column.notNull())
      .addColumn('variants_are_done', schema.integer, (column) => column.notNull())
      .addColumn('start_position', schema.text)
      .addColumn('position', schema.text)
      .addColumn('has_wrapped', schema.integer, (column) => column.notNull())
      .addColumn('variants_total', schema.integer)
      .addColumn('variants_seen', schema.integer, (column) => column.notNull())
      .addColumn('variants_changed', schema.integer, (column) => column.notNull())
      .addColumn('variants_left_out', schema.integer, (column) => column.notNull())
      .addColumn('attempts', schema.integer, (column) => column.notNull())
      .addColumn('next_attempt_at', schema.time, (column) => column.notNull())
      .addColumn('last_error', schema.text)
      .addColumn('global_rate_error', schema.text)
      .addColumn('remark', schema.text)
      .addColumn('revision', schema.integer, (column) => column.notNull())
      .addColumn('created_at', schema.time, (column) => column.notNull())
      .addColumn('updated_at', schema.time, (column) => column.notNull())
      .addColumn('finished_at', schema.time)
      .addCheckConstraint(
        'price_updates_state_is_known',
        sql`state in ('pending', 'running', 'done', 'failed', 'superseded')`,
      )
      .addCheckConstraint(
        'price_updates_finish_is_timed',
        sql`(finished_at is null) = (state in ('pending', 'running'))`,
      )
      .addCheckConstraint(
        'price_updates_are_of_a_product_or_at_a_rate',
        sql`(product_id is null) = (rate is not null) and (rate is null) = (currency is null)`,
      )
      .addCheckConstraint('price_updates_rate_is_positive', sql`rate is null or rate > 0`)
      .execute();
    const indexOf = (name: string, columns: string[], rows: string) =>
      database.schema
        .createIndex(`price_updates_${name}`)
        .on('price_updates')
        .columns(columns)
        .where(sql<boolean>`${sql.raw(rows)}`)
        .execute();
    await indexOf('due', ['next_attempt_at', 'id'], 'finished_at is null');
    await indexOf('failed', ['id'], `state = 'failed'`);
    await indexOf('of_products', ['id'], 'product_id is not null');
  },
});
