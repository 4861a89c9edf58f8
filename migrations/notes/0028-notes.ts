import { sql } from 'kysely';
import type { SchemaMigration } from '../schema.ts';

/** What operators write about orders and customers. A note is never changed or deleted: striking it out adds a row. */
export const notes: SchemaMigration = (schema) => ({
  async up(database) {
    await schema
      .createTable(database, 'notes')
      .addColumn('id', schema.integer, schema.identity)
      .addColumn('order_id', schema.text)
      .addColumn('customer_id', schema.text)
      .addColumn('author', schema.text, (column) => column.notNull())
      .addColumn('text', schema.text, (column) => column.notNull())
      .addColumn('created_at', schema.time, (column) => column.notNull())
      .addCheckConstraint('notes_of_one_thread', sql`(order_id is null) <> (customer_id is null)`)
      .execute();
    await schema
      .createTable(database, 'note_strikes')
      .addColumn('note_id', schema.integer, (column) => column.primaryKey().notNull().references('notes.id'))
      .addColumn('actor', schema.text, (column) => column.notNull())
      .addColumn('reason', schema.text, (column) => column.notNull())
      .addColumn('created_at', schema.time, (column) => column.notNull())
      .execute();
    for (const column of ['order_id', 'customer_id']) {
      await database.schema
        .createIndex(`notes_by_${column}`)
        .on('notes')
        .columns([column, 'id'])
        .where(sql.ref(column), 'is not', null)
        .execute();
    }
    for (const table of ['notes', 'note_strikes']) {
      await schema.forbid(database, table, 'delete');
      await schema.forbid(database, table, 'update');
    }
  },
});
