import SqliteDatabase from 'better-sqlite3';
import { StoreBrokenError, StoreContentError, StoreUnavailableError } from '#platform/database/errors.ts';

/** Result codes by which SQLite says that it could not do its part now, but may later. */
const PASSING_CODES = /^SQLITE_(BUSY|LOCKED|FULL|IOERR|READONLY|CANTOPEN|NOMEM|INTERRUPT|PROTOCOL)/;
/** A whole number that grew beyond 64 bits becomes another kind of value, which our tables refuse. */
const CONTENT_CODES = /^SQLITE_(CONSTRAINT_DATATYPE|MISMATCH|TOOBIG)/;

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
  if (CONTENT_CODES.test(code) || isTooLarge(error)) {
    return new StoreContentError(`The database${where} does not hold such a value: ${(error as Error).message}`, cause);
  }
  return error;
}

/** better-sqlite3 does not even give such a value to the database. */
function isTooLarge(error: unknown): boolean {
  return error instanceof RangeError && /bound string, buffer, or bigint is too big/.test(error.message);
}
