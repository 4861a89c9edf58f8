import type { SchemaMigration } from './schema.ts';

/** Units of work take turns, also those of several instances. */
export const oneWriter: SchemaMigration = (schema) => ({
  up: (database) => schema.oneWriter(database),
});
