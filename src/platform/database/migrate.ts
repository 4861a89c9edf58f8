import { Migrator } from 'kysely';
import { migrationNames, migrationsFor } from '#migrations/index.ts';
import type { MigrationDatabase, SchemaDialect } from '#migrations/schema.ts';
import { StoreBrokenError } from './errors.ts';

/** What the schema still has if an earlier version was interrupted in the middle of a migration: what that made before. */
const MADE_BEFORE = /already exists|duplicate column name|no such (?:index|trigger)/i;

const ADVICE = 'or restore the backup that was made before the upgrade.';

/**
 * Brings the database up to date, inside the transaction of the caller. Returns the names of the migrations that were
 * applied, in order.
 * @throws {StoreBrokenError} with what the database said as its cause. The caller rolls its transaction back.
 */
export async function migrate(database: MigrationDatabase, schema: SchemaDialect): Promise<string[]> {
  const migrations = migrationsFor(schema);
  const migrator = new Migrator({
    db: database,
    provider: { getMigrations: async () => migrations },
    // It goes by the times at which they were applied, and a clock may have been set back. isUpToDate goes by the names.
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
 * Whether a database needs no migration, seen from the names of those that it had.
 * @param applied undefined or empty where it is new.
 * @throws {StoreBrokenError} with a sentence that says what to do, where a newer version has migrated it, or where the
 * names are in no order that any version makes.
 */
export function isUpToDate(applied: readonly string[] | undefined = []): boolean {
  const newer = applied.filter((name) => !migrationNames.includes(name));
  if (newer.length > 0) {
    throw new StoreBrokenError(
      `The database was migrated by a newer version of this program: this one does not know ${newer.join(', ')}. Run that version, ${ADVICE}`,
    );
  }
  const missing = migrationNames.filter((name) => !applied.includes(name));
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
 * For those who only read, and so migrate nothing.
 * @throws {StoreBrokenError} where the database was made by another version, with a sentence that says what to do.
 */
export function requireUpToDate(applied: readonly string[] | undefined = []): void {
  if (isUpToDate(applied)) return;
  if (applied.length === 0)
    throw new StoreBrokenError('The database holds nothing of this program: it has no migrations.');
  const missing = migrationNames.filter((name) => !applied.includes(name));
  throw new StoreBrokenError(
    `The database is older than this program: it lacks ${missing.join(', ')}. To read a backup of an older version, make a copy of it, bring the copy up to date with "taritools setup migrate -d URL", and read that; or read the backup with the version that made it.`,
  );
}
