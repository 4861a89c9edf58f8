import { Migrator } from 'kysely';
import type { MigrationDatabase, SchemaDialect } from '#migrations/schema.ts';
import { StoreBrokenError } from './errors.ts';
import type { Migrations } from './migrations.ts';

/** Errors that mean that an earlier version was interrupted in the middle of a migration: its objects already exist. */
const MADE_BEFORE = /already exists|duplicate column name|no such (?:index|trigger)/i;

const ADVICE = 'or restore the backup that was made before the upgrade.';

/**
 * Brings the database up to date inside the caller's transaction. Returns the names of the migrations that were applied,
 * in order.
 * @throws {StoreBrokenError} with the database's error as its cause. The caller rolls its transaction back.
 */
export async function migrate(
  database: MigrationDatabase,
  schema: SchemaDialect,
  known: Migrations,
): Promise<string[]> {
  const migrations = known.madeFor(schema);
  const migrator = new Migrator({
    db: database,
    provider: { getMigrations: async () => migrations },
    // Kysely orders them by the times at which they were applied, but clocks can be set back. isUpToDate goes by the names.
    allowUnorderedMigrations: true,
  });
  const { error, results = [] } = await migrator.migrateToLatest();
  if (error !== undefined) {
    const failed = results.find(({ status }) => status === 'Error')?.migrationName;
    throw new StoreBrokenError(sentenceOf(error, failed), { cause: error });
  }
  return results.filter(({ status }) => status === 'Success').map(({ migrationName }) => migrationName);
}

function sentenceOf(error: unknown, migration: string | undefined): string {
  const message = error instanceof Error ? error.message : String(error);
  if (migration === undefined) return `The database could not be migrated: ${message}`;
  if (!MADE_BEFORE.test(message)) return `The database could not be migrated by ${migration}: ${message}`;
  return `The database is half migrated: an earlier version of this program was interrupted in ${migration} (${message}). Nothing was changed now. Restore the backup that was made before the upgrade; a database that never held an order can be deleted instead.`;
}

/**
 * Whether a database needs no migration, judging by the names of those applied.
 * @param applied undefined or empty if it is new.
 * @throws {StoreBrokenError} with a sentence that says what to do if a newer version has migrated it, or if no version
 * applies migrations in that order.
 */
export function isUpToDate({ names }: Migrations, applied: readonly string[] | undefined = []): boolean {
  const newer = applied.filter((name) => !names.includes(name));
  if (newer.length > 0) {
    throw new StoreBrokenError(
      `The database was migrated by a newer version of this program: this one does not know ${newer.join(', ')}. Run that version, ${ADVICE}`,
    );
  }
  const missing = names.filter((name) => !applied.includes(name));
  const [firstMissing] = missing;
  if (firstMissing === undefined) return true;
  const later = applied.find((name) => name > firstMissing);
  if (later !== undefined) {
    throw new StoreBrokenError(
      `The database has had the migration ${later}, but not ${firstMissing}, which comes before it. No version of this program leaves it like that; restore a backup.`,
    );
  }
  return false;
}

/**
 * For readers, which do not migrate.
 * @throws {StoreBrokenError} with a sentence that says what to do if the database was made by another version.
 */
export function requireUpToDate(migrations: Migrations, applied: readonly string[] | undefined = []): void {
  if (isUpToDate(migrations, applied)) return;
  if (applied.length === 0)
    throw new StoreBrokenError('The database does not belong to this program: it has no migrations.');
  const missing = migrations.names.filter((name) => !applied.includes(name));
  throw new StoreBrokenError(
    `The database is older than this program: it lacks ${missing.join(', ')}. To read a backup of an older version, make a copy of it, bring the copy up to date with "taritools setup migrate -d URL", and read that; or read the backup with the version that made it.`,
  );
}
