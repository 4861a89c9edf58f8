import { sql } from 'kysely';
import type { SchemaMigration } from './schema.ts';

/** The outbox: what happened, appended with the change itself, and what each durable subscriber has done about it. */
export const eventsAndDeliveries: SchemaMigration = (schema) => ({
  async up(database) {
    await schema
      .createTable(database, 'events')
      .addColumn('id', schema.integer, schema.identity)
      .addColumn('type', schema.text, (column) => column.notNull())
      .addColumn('subject', schema.text, (column) => column.notNull())
      .addColumn('payload', schema.json, (column) => column.notNull())
      .addColumn('created_at', schema.time, (column) => column.notNull())
      .addCheckConstraint(
        'events_type_is_known',
        sql`type in ('NewOrder', 'OrderPaid', 'OrderAnnulled', 'OrderModified', 'OrderClaimed', 'PaymentReceived', 'PaymentConfirmed')`,
      )
      .execute();
    await schema
      .createTable(database, 'deliveries')
      .addColumn('event_id', schema.integer, (column) => column.notNull().references('events.id'))
      .addColumn('subscriber', schema.text, (column) => column.notNull())
      .addColumn('subject', schema.text, (column) => column.notNull())
      .addColumn('state', schema.text, (column) => column.notNull())
      .addColumn('attempts', schema.integer, (column) => column.notNull())
      .addColumn('next_attempt_at', schema.time, (column) => column.notNull())
      .addColumn('last_error', schema.text)
      .addColumn('updated_at', schema.time, (column) => column.notNull())
      .addPrimaryKeyConstraint('deliveries_once_per_event_and_subscriber', ['event_id', 'subscriber'])
      .addCheckConstraint('deliveries_state_is_known', sql`state in ('pending', 'done', 'dead')`)
      .execute();
    await database.schema
      .createIndex('deliveries_due')
      .on('deliveries')
      .columns(['next_attempt_at', 'event_id'])
      .where(sql`state`, '=', sql.lit('pending'))
      .execute();
    await database.schema
      .createIndex('deliveries_waiting_by_subject')
      .on('deliveries')
      .columns(['subscriber', 'subject', 'event_id'])
      .where(sql`state`, '=', sql.lit('pending'))
      .execute();
    await database.schema
      .createIndex('deliveries_dead')
      .on('deliveries')
      .columns(['event_id'])
      .where(sql`state`, '=', sql.lit('dead'))
      .execute();
    await schema.forbid(database, 'events', 'delete');
    await schema.forbid(database, 'events', 'update');
  },
});
