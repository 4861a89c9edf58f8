import { sql } from 'kysely';
import type { SchemaMigration } from './schema.ts';

/** Deliveries of the shop: to recognise one that comes again, and to keep what could not be used. */
export const webhooks: SchemaMigration = (schema) => ({
  async up(database) {
    await schema
      .createTable(database, 'webhooks')
      .addColumn('id', schema.integer, schema.identity)
      .addColumn('webhook_id', schema.text, (column) => column.unique())
      .addColumn('topic', schema.text, (column) => column.notNull())
      .addColumn('event_id', schema.text)
      .addColumn('triggered_at', schema.text)
      .addColumn('received_at', schema.time, (column) => column.notNull())
      .addColumn('state', schema.text, (column) => column.notNull())
      .addColumn('success', schema.integer, (column) => column.notNull())
      .addColumn('message', schema.text, (column) => column.notNull())
      .addColumn('body', schema.text)
      .addCheckConstraint('webhooks_state_is_known', sql`state in ('accepted', 'ignored', 'set_aside')`)
      .addCheckConstraint('webhooks_success_is_yes_or_no', sql`success in (0, 1)`)
      .addCheckConstraint('webhooks_set_aside_keeps_its_body', sql`state <> 'set_aside' or body is not null`)
      .execute();
    await database.schema.createIndex('webhooks_by_state').on('webhooks').columns(['state', 'received_at']).execute();
  },
});
