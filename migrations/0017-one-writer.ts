import type { SchemaMigration } from '../src/store/schema.ts';

/** Units of work take turns, also those of several instances. */
export const oneWriter: SchemaMigration = (schema) => ({
  up: (database) => schema.oneWriter(database),
});
