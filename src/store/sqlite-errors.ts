import SqliteDatabase from 'better-sqlite3';
import { StoreBrokenError, StoreUnavailableError } from './errors.ts';

/** Result codes by which SQLite says that it could not do its part now, but may later. */
const PASSING_CODES = /^SQLITE_(BUSY|LOCKED|FULL|IOERR|READONLY|CANTOPEN|NOMEM|INTERRUPT|PROTOCOL)/;
const BROKEN_CODES = /^SQLITE_(CORRUPT|NOTADB|FORMAT|SCHEMA)/;

/** Another connection holds what this one wants. */
export function isBusy(error: unknown): boolean {
  return error instanceof SqliteDatabase.SqliteError && error.code.startsWith('SQLITE_BUSY');
}

/** An error of the database as the store's callers know it. */
export function translate(error: unknown, file?: string): unknown {
  const code = error instanceof SqliteDatabase.SqliteError ? error.code : '';
  const where = file === undefined ? '' : ` ${file}`;
  const cause = { cause: error };
  if (PASSING_CODES.test(code)) {
    return new StoreUnavailableError(`The database${where} can't be used now: ${(error as Error).message}`, cause);
  }
  if (BROKEN_CODES.test(code)) {
    return new StoreBrokenError(`The database${where} is broken: ${(error as Error).message}`, cause);
  }
  return error;
}
