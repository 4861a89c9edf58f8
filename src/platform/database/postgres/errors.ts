import pg from 'pg';
import { StoreBrokenError, StoreContentError, StoreUnavailableError } from '#platform/database/errors.ts';

/** A serialization failure or a deadlock: the transaction succeeds when it is retried. */
const CONFLICTS: ReadonlySet<string> = new Set(['40001', '40P01']);

/** SQLSTATE classes and codes of temporary failures. */
const PASSING_CODES = /^(08|53|57|58|25006|25P03|55P03|40001|40P01)/;

/** The login was refused, or the database, a table, a column or a privilege is missing, or its files are damaged. */
const BROKEN_CODES = /^(28|3D|3F|42P01|42703|42501|42883|XX00[12])/;

/** Data exceptions: a text that the encoding or jsonb cannot represent, a number or a time out of range. */
const CONTENT_CODES = /^(22|54000)/;

/** The SQLSTATE of an error, or ''. */
function codeOf(error: unknown): string {
  return error instanceof pg.DatabaseError ? (error.code ?? '') : '';
}

export function isConflict(error: unknown): boolean {
  return CONFLICTS.has(codeOf(error));
}

/** Translates an error of the database, or of the connection to it, to the store's errors. */
export function translate(error: unknown): unknown {
  const cause = { cause: error };
  const reason = reasonOf(error);
  if (!(error instanceof pg.DatabaseError)) {
    return new StoreUnavailableError(`The database can't be reached: ${reason}${certificateAdvice(error)}`, cause);
  }
  const code = codeOf(error);
  if (PASSING_CODES.test(code)) return new StoreUnavailableError(`The database can't be used now: ${reason}`, cause);
  if (BROKEN_CODES.test(code)) {
    return new StoreBrokenError(`The database is not usable by this program: ${reason}`, cause);
  }
  if (CONTENT_CODES.test(code)) {
    return new StoreContentError(`The database cannot store such a value: ${reason}`, cause);
  }
  return error;
}

const UNTRUSTED: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** What an operator can do if the database's certificate is rejected. */
function certificateAdvice(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (UNTRUSTED.has(code)) {
    return '; the file of sslrootcert in TPG_DATABASE_URL must contain the authority that signed its certificate';
  }
  const isForAnother = code === 'ERR_TLS_CERT_ALTNAME_INVALID';
  return isForAnother ? '; the host in TPG_DATABASE_URL must be one that its certificate names' : '';
}

/** If a host has several addresses, Node's error says only that all failed. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return [...new Set(error.errors.map(reasonOf))].join('; ');
  return error instanceof Error ? error.message.replace(/[\s:]+$/, '') : String(error);
}
