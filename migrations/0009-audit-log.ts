import type { SchemaMigration } from './schema.ts';

/** Who changed what, and how it was before and after. Rows are only ever added. */
export const auditLog: SchemaMigration = (schema) => ({
  async up(database) {
    await schema
      .createTable(database, 'audit_log')
      .addColumn('id', schema.integer, schema.identity)
      .addColumn('created_at', schema.time, (column) => column.notNull())
      .addColumn('actor', schema.text, (column) => column.notNull())
      .addColumn('action', schema.text, (column) => column.notNull())
      .addColumn('subject', schema.text, (column) => column.notNull())
      .addColumn('reason', schema.text)
      .addColumn('before', schema.json)
      .addColumn('after', schema.json)
      .execute();
    await database.schema.createIndex('audit_log_by_subject').on('audit_log').columns(['subject', 'id']).execute();
    await schema.forbid(database, 'audit_log', 'delete');
    await schema.forbid(database, 'audit_log', 'update');
  },
});
