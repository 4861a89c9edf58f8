import SqliteDatabase from 'better-sqlite3';
import { StoreBrokenError, StoreContentError, StoreUnavailableError } from '#platform/database/errors.ts';

/** SQLite's result codes of temporary failures. */
const PASSING_CODES = /^SQLITE_(BUSY|LOCKED|FULL|IOERR|READONLY|CANTOPEN|NOMEM|INTERRUPT|PROTOCOL)/;
/** An integer beyond 64 bits becomes a float in SQLite, which our strict tables refuse. */
const CONTENT_CODES = /^SQLITE_(CONSTRAINT_DATATYPE|MISMATCH|TOOBIG)/;

const BROKEN_CODES = /^SQLITE_(CORRUPT|NOTADB|FORMAT|SCHEMA)/;

/** Another connection holds the lock. */
export function isBusy(error: unknown): boolean {
  return error instanceof SqliteDatabase.SqliteError && error.code.startsWith('SQLITE_BUSY');
}

/** Translates an error of the database to the store's errors. */
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
  if (CONTENT_CODES.test(code) || isTooLarge(error)) {
    return new StoreContentError(`The database${where} cannot store such a value: ${(error as Error).message}`, cause);
  }
  return error;
}

/** better-sqlite3 refuses such a value before the database sees it. */
function isTooLarge(error: unknown): boolean {
  return error instanceof RangeError && /bound string, buffer, or bigint is too big/.test(error.message);
}
