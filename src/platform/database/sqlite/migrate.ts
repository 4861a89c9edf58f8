import { setTimeout as sleep } from 'node:timers/promises';
import SqliteDatabase from 'better-sqlite3';
import type { Kysely } from 'kysely';
import { StoreBrokenError, StoreUnavailableError } from '#platform/database/errors.ts';
import { isUpToDate, migrate } from '#platform/database/migrate.ts';
import type { Migrations } from '#platform/database/migrations.ts';
import { isBusy, translate } from './errors.ts';
import { sqliteSchema } from './schema.ts';

type Connection = SqliteDatabase.Database;

/**
 * How long a migration waits for the lock: another process may be migrating, which takes half a minute per million
 * orders, and an older server that is still writing releases it only for moments.
 */
const LOCK_WITHIN_MS = 120_000;

/** Short enough to catch those moments. */
const LOCK_PAUSE_MS = 3;

/** The names of the migrations that were applied to a database; undefined if it is new. */
export function migrationsOf(connection: Connection): string[] | undefined {
  const isOurs = connection.prepare(`select 1 from sqlite_master where name = 'kysely_migration'`).get();
  if (isOurs === undefined) return undefined;
  return connection.prepare('select name from kysely_migration order by name').pluck().all() as string[];
}

/**
 * Brings the database up to date in one transaction, so that an interruption leaves the database as it was. The lock is
 * taken before anything is read: only one process migrates, and no other writes meanwhile. Returns the names of the
 * migrations that were applied. A database that is up to date is not locked.
 * @throws {StoreUnavailableError | StoreBrokenError}
 */
export async function migrateSqlite(
  connection: Connection,
  database: Kysely<unknown>,
  file: string,
  migrations: Migrations,
): Promise<string[]> {
  if (isUpToDate(migrations, migrationsOf(connection))) return [];
  // Rebuilding a table removes it for a moment. The pragma has no effect inside a transaction; all references are checked
  // before its end instead.
  connection.pragma('foreign_keys = off');
  try {
    await begin(connection, file);
    if (isUpToDate(migrations, migrationsOf(connection))) return [];
    const applied = await migrate(database, sqliteSchema, migrations);
    refuseBrokenReferences(connection);
    connection.exec('commit');
    return applied;
  } catch (error) {
    throw passingReason(error, file) ?? error;
  } finally {
    if (connection.inTransaction) connection.exec('rollback');
    connection.pragma('foreign_keys = on');
  }
}

async function begin(connection: Connection, file: string): Promise<void> {
  // SQLite's own busy handler would block the whole thread.
  connection.pragma('busy_timeout = 0');
  for (const deadline = performance.now() + LOCK_WITHIN_MS; ; await sleep(LOCK_PAUSE_MS)) {
    try {
      connection.exec('begin immediate');
      return;
    } catch (error) {
      if (!isBusy(error)) throw error;
      if (performance.now() < deadline) continue;
      throw new StoreUnavailableError(
        `The database ${file} must be migrated, but another process has locked it for ${LOCK_WITHIN_MS / 1000} s. Stop that process, or start again when it is done.`,
        { cause: error },
      );
    }
  }
}

function refuseBrokenReferences(connection: Connection): void {
  const [broken] = connection.pragma('foreign_key_check') as { table: string; parent: string }[];
  if (broken === undefined) return;
  throw new StoreBrokenError(
    `The database could not be migrated: a row of ${broken.table} would refer to a row of ${broken.parent} that does not exist.`,
  );
}

/** The error if it is temporary, such as a full disk, rather than the migration's fault. */
function passingReason(error: unknown, file: string): StoreUnavailableError | undefined {
  const cause = error instanceof StoreBrokenError ? error.cause : error;
  const translated = cause instanceof SqliteDatabase.SqliteError ? translate(cause, file) : undefined;
  return translated instanceof StoreUnavailableError ? translated : undefined;
}
