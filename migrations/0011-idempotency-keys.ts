import type { SchemaMigration } from './schema.ts';

/** Answers to changes by hand, kept under the key that the caller gave, so that a repeat is answered and not done. */
export const idempotencyKeys: SchemaMigration = (schema) => ({
  async up(database) {
    await schema
      .createTable(database, 'idempotency_keys')
      .addColumn('caller', schema.text, (column) => column.notNull())
      .addColumn('idempotency_key', schema.text, (column) => column.notNull())
      .addColumn('fingerprint', schema.text, (column) => column.notNull())
      .addColumn('answer', schema.text, (column) => column.notNull())
      .addColumn('created_at', schema.time, (column) => column.notNull())
      .addPrimaryKeyConstraint('idempotency_keys_once_per_caller', ['caller', 'idempotency_key'])
      .execute();
    await database.schema
      .createIndex('idempotency_keys_by_age')
      .on('idempotency_keys')
      .columns(['created_at'])
      .execute();
  },
});
