import { sql } from 'kysely';
import type { SchemaMigration } from './schema.ts';

/**
 * What the watcher of the chain knows: the last blocks, what was found in them for the shop's wallet, what was found and
 * refused, what had been confirmed and left the chain, and what stands in a mempool. Heights and what was found change in
 * one transaction. Claimed amounts are texts: a lie can be larger than a column takes.
 */
export const chainWatcher: SchemaMigration = (schema) => ({
  async up(database) {
    await schema
      .createTable(database, 'chain_progress')
      .addColumn('id', schema.integer, (column) => column.primaryKey().notNull())
      .addColumn('wallet', schema.text, (column) => column.notNull())
      .addColumn('watch_from', schema.text)
      .addColumn('start_height', schema.integer, (column) => column.notNull())
      .addColumn('outputs_seen', schema.integer, (column) => column.notNull())
      .addColumn('payments_found', schema.integer, (column) => column.notNull())
      .addColumn('node_height', schema.integer)
      .addColumn('checked_at', schema.time)
      .addColumn('updated_at', schema.time, (column) => column.notNull())
      .addCheckConstraint('chain_progress_is_one_row', sql`id = 1`)
      .execute();
    await schema
      .createTable(database, 'chain_blocks')
      .addColumn('height', schema.integer, (column) => column.primaryKey().notNull())
      .addColumn('hash', schema.text, (column) => column.notNull())
      .execute();
    await schema
      .createTable(database, 'chain_outputs')
      .addColumn('output_hash', schema.text, (column) => column.primaryKey().notNull())
      .addColumn('txid', schema.text, (column) => column.notNull().references('payments.txid'))
      .addColumn('commitment', schema.text, (column) => column.notNull())
      .addColumn('fingerprint', schema.text, (column) => column.notNull())
      .addColumn('height', schema.integer)
      .addColumn('block_hash', schema.text)
      .addColumn('confirmed_at', schema.time)
      .addColumn('found_at', schema.time, (column) => column.notNull())
      .addColumn('updated_at', schema.time, (column) => column.notNull())
      .addCheckConstraint('chain_outputs_stand_in_a_block_or_not', sql`(height is null) = (block_hash is null)`)
      .execute();
    await schema
      .createTable(database, 'chain_refusals')
      .addColumn('id', schema.integer, schema.identity)
      .addColumn('output_hash', schema.text, (column) => column.notNull().unique())
      .addColumn('txid', schema.text, (column) => column.notNull())
      .addColumn('reason', schema.text, (column) => column.notNull())
      .addColumn('claimed_amount', schema.text, (column) => column.notNull())
      .addColumn('memo', schema.text)
      .addColumn('height', schema.integer, (column) => column.notNull())
      .addColumn('block_hash', schema.text, (column) => column.notNull())
      .addColumn('found_at', schema.time, (column) => column.notNull())
      .execute();
    await schema
      .createTable(database, 'chain_departures')
      .addColumn('id', schema.integer, schema.identity)
      .addColumn('txid', schema.text, (column) => column.notNull().references('payments.txid'))
      .addColumn('height', schema.integer, (column) => column.notNull())
      .addColumn('block_hash', schema.text, (column) => column.notNull())
      .addColumn('left_at', schema.time, (column) => column.notNull())
      .addColumn('returned_height', schema.integer)
      .addColumn('returned_at', schema.time)
      .addCheckConstraint('chain_departures_return_whole', sql`(returned_height is null) = (returned_at is null)`)
      .execute();
    await schema
      .createTable(database, 'chain_sightings')
      .addColumn('output_hash', schema.text, (column) => column.primaryKey().notNull())
      .addColumn('txid', schema.text, (column) => column.notNull())
      .addColumn('amount', schema.integer, (column) => column.notNull())
      .addColumn('order_id', schema.text)
      .addColumn('first_seen_at', schema.time, (column) => column.notNull())
      .addColumn('last_seen_at', schema.time, (column) => column.notNull())
      .addCheckConstraint('chain_sightings_are_of_money', sql`amount > 0`)
      .execute();

    const index = (name: string, table: string, columns: string[], rows: string) =>
      database.schema
        .createIndex(name)
        .on(table)
        .columns(columns)
        .where(sql<boolean>`${sql.raw(rows)}`)
        .execute();
    await index('chain_outputs_by_height', 'chain_outputs', ['height'], 'height is not null');
    await index(
      'chain_outputs_unconfirmed',
      'chain_outputs',
      ['height'],
      'confirmed_at is null and height is not null',
    );
    await index('chain_departures_open', 'chain_departures', ['txid'], 'returned_at is null');
    await index('chain_sightings_by_order', 'chain_sightings', ['order_id'], 'order_id is not null');
    await database.schema.createIndex('chain_outputs_by_txid').on('chain_outputs').columns(['txid']).execute();
    await schema.forbid(database, 'chain_outputs', 'delete');
    await schema.forbid(database, 'chain_refusals', 'delete');
    await schema.forbid(database, 'chain_departures', 'delete');

    // What is on its way to an order, in µT. It counts for nothing.
    await database.schema
      .alterTable('orders')
      .addColumn('amount_seen', schema.integer, (column) => column.notNull().defaultTo(0))
      .execute();
  },
});
