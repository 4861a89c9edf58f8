import { Migrator } from 'kysely';
import { migrationsFor } from '../../migrations/index.ts';
import { StoreBrokenError } from './errors.ts';
import type { MigrationDatabase, SchemaDialect } from './schema.ts';

/**
 * Brings the database up to date. Answers the names of the migrations that were applied, in order.
 * @throws {StoreBrokenError} with what the database said as its cause.
 */
export async function migrate(database: MigrationDatabase, schema: SchemaDialect): Promise<string[]> {
  const migrations = migrationsFor(schema);
  const migrator = new Migrator({ db: database, provider: { getMigrations: async () => migrations } });
  const { error, results } = await migrator.migrateToLatest();
  if (error !== undefined) {
    throw new StoreBrokenError(
      `The database could not be migrated: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
  return (results ?? []).filter((result) => result.status === 'Success').map((result) => result.migrationName);
}
