import { allMigrations } from '#migrations.ts';
import {
  type ConnectionOptions,
  type OpenedReader,
  type OpenedStore,
  openReader as openReaderWith,
  openStore as openStoreWith,
} from '#platform/database/open.ts';

/** Databases with the migrations of the program. */

export const migrations = await allMigrations();

export function openStore(databaseUrl: string, options: ConnectionOptions): Promise<OpenedStore> {
  return openStoreWith(databaseUrl, { ...options, migrations });
}

export function openReader(databaseUrl: string): Promise<OpenedReader> {
  return openReaderWith(databaseUrl, migrations);
}
