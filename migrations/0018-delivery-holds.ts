import type { SchemaMigration } from './schema.ts';

/** Which take has a delivery in hand, so that one which has lost it meanwhile notes nothing about it. */
export const deliveryHolds: SchemaMigration = (schema) => ({
  up: (database) => database.schema.alterTable('deliveries').addColumn('hold', schema.text).execute(),
});
