import { resolve } from 'node:path';

/** What the setting TPG_DATABASE_URL can be. */

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

/** The URL as people and logs may see it: without a password. */
export function shownDatabaseUrl(databaseUrl: string): string {
  if (!isPostgres(databaseUrl)) return databaseUrl;
  const url = new URL(databaseUrl);
  url.username = '';
  url.password = '';
  url.searchParams.delete('password');
  return url.href;
}

/** The same URL with the path of a SQLite file made absolute, seen from `folder`. */
export function databaseUrlFrom(folder: string, databaseUrl: string): string {
  if (!isSqlite(databaseUrl) || sqliteFile(databaseUrl) === ':memory:') return databaseUrl;
  return `sqlite://${resolve(folder, sqliteFile(databaseUrl))}`;
}
