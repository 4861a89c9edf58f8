import { sql } from 'kysely';
import type { SchemaMigration } from '../schema.ts';

/**
 * The merchant's programs that are told of events over HTTP, and the last attempts to tell them. An endpoint that is
 * removed stays as history, without its secrets.
 */
export const webhookEndpoints: SchemaMigration = (schema) => ({
  async up(database) {
    await schema
      .createTable(database, 'webhook_endpoints')
      .addColumn('id', schema.integer, schema.identity)
      .addColumn('url', schema.text, (column) => column.notNull())
      .addColumn('description', schema.text, (column) => column.notNull())
      // A JSON array; null for all types, those of later versions too.
      .addColumn('event_types', schema.text)
      // Begins the ids of its messages: event ids of two servers are the same numbers.
      .addColumn('tag', schema.text, (column) => column.notNull())
      .addColumn('state', schema.text, (column) => column.notNull())
      .addColumn('pause_reason', schema.text)
      .addColumn('secret', schema.text)
      .addColumn('secret_created_at', schema.time, (column) => column.notNull())
      .addColumn('previous_secret', schema.text)
      .addColumn('previous_secret_until', schema.time)
      // The last event that was queued for it, or that it does not want.
      .addColumn('position', schema.integer, (column) => column.notNull())
      .addColumn('failing_since', schema.time)
      .addColumn('delivered', schema.integer, (column) => column.notNull())
      .addColumn('failed', schema.integer, (column) => column.notNull())
      .addColumn('created_by', schema.text, (column) => column.notNull())
      .addColumn('created_at', schema.time, (column) => column.notNull())
      .addCheckConstraint('webhook_endpoints_state_is_known', sql`state in ('active', 'paused', 'removed')`)
      .addCheckConstraint('webhook_endpoints_have_secrets', sql`(state = 'removed') = (secret is null)`)
      .execute();
    await database.schema
      .createIndex('webhook_endpoints_in_use')
      .on('webhook_endpoints')
      .columns(['id'])
      .where(sql`state`, '<>', sql.lit('removed'))
      .execute();
    await schema
      .createTable(database, 'webhook_attempts')
      .addColumn('id', schema.integer, schema.identity)
      .addColumn('endpoint_id', schema.integer, (column) => column.notNull().references('webhook_endpoints.id'))
      // Null for a test.
      .addColumn('event_id', schema.integer, (column) => column.references('events.id'))
      .addColumn('event_type', schema.text, (column) => column.notNull())
      .addColumn('message_id', schema.text, (column) => column.notNull())
      .addColumn('attempted_at', schema.time, (column) => column.notNull())
      .addColumn('duration_ms', schema.integer, (column) => column.notNull())
      // Null if no answer came.
      .addColumn('status', schema.integer)
      .addColumn('answer', schema.text, (column) => column.notNull())
      .addColumn('error', schema.text)
      .execute();
    await database.schema
      .createIndex('webhook_attempts_by_endpoint')
      .on('webhook_attempts')
      .columns(['endpoint_id', 'id'])
      .execute();
    await schema.forbid(database, 'webhook_endpoints', 'delete');
    await schema.forbid(database, 'webhook_attempts', 'update');
  },
});
