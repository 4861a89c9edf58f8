import { sql } from 'kysely';
import type { SchemaMigration } from './schema.ts';

/** One row that readiness writes: only a write proves that the next one can be kept. */
export const heartbeat: SchemaMigration = (schema) => ({
  async up(database) {
    await schema
      .createTable(database, 'heartbeat')
      .addColumn('id', schema.integer, (column) => column.primaryKey().notNull())
      .addColumn('written_at', schema.time, (column) => column.notNull())
      .addCheckConstraint('heartbeat_is_one_row', sql`id = 1`)
      .execute();
  },
});
