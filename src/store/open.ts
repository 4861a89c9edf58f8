import { resolve } from 'node:path';
import { StoreBrokenError } from './errors.ts';
import { openSqliteReader, openSqliteStore, type SqliteStore, sqliteFile } from './sqlite.ts';
import type { Reader } from './unit-of-work.ts';

/**
 * Opens the database that the setting TPG_DATABASE_URL names, makes it where it is missing, and brings it up to date.
 * @throws {StoreUnavailableError | StoreBrokenError}
 */
export async function openStore(databaseUrl: string, options: { maxReadConnections: number }): Promise<SqliteStore> {
  if (databaseUrl.startsWith('sqlite:')) return openSqliteStore(databaseUrl, options);
  throw new StoreBrokenError(NO_SUCH_DATABASE);
}

/** Opens an existing database only to read it, beside a server that may be running. Nothing is migrated. */
export async function openReader(databaseUrl: string): Promise<Reader & { close(): Promise<void> }> {
  if (databaseUrl.startsWith('sqlite:')) return openSqliteReader(databaseUrl);
  throw new StoreBrokenError(NO_SUCH_DATABASE);
}

const NO_SUCH_DATABASE = 'Only sqlite:// databases can be used by this version; see TPG_DATABASE_URL';

/** The same URL with the path of a SQLite file made absolute, seen from `folder`. */
export function databaseUrlFrom(folder: string, databaseUrl: string): string {
  if (!databaseUrl.startsWith('sqlite:') || sqliteFile(databaseUrl) === ':memory:') return databaseUrl;
  return `sqlite://${resolve(folder, sqliteFile(databaseUrl))}`;
}
