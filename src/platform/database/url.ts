import { resolve } from 'node:path';

/** The URLs that the setting TPG_DATABASE_URL accepts. */

export function isSqlite(databaseUrl: string): boolean {
  return databaseUrl.startsWith('sqlite:');
}

export function isPostgres(databaseUrl: string): boolean {
  return /^postgres(ql)?:/.test(databaseUrl);
}

/** The file that a `sqlite://` URL names, or `:memory:`. */
export function sqliteFile(databaseUrl: string): string {
  const file = databaseUrl.replace(/^sqlite:(\/\/)?/, '');
  if (file === '' || databaseUrl === file) throw new Error(`${databaseUrl} is not a sqlite:// URL`);
  return file;
}

/** The URL without its password, for logs and output. */
export function shownDatabaseUrl(databaseUrl: string): string {
  if (!isPostgres(databaseUrl)) return databaseUrl;
  const url = new URL(databaseUrl);
  url.username = '';
  url.password = '';
  url.searchParams.delete('password');
  return url.href;
}

/** The same URL with a SQLite file's path made absolute, relative to `folder`. */
export function databaseUrlFrom(folder: string, databaseUrl: string): string {
  if (!isSqlite(databaseUrl) || sqliteFile(databaseUrl) === ':memory:') return databaseUrl;
  return `sqlite://${resolve(folder, sqliteFile(databaseUrl))}`;
}
