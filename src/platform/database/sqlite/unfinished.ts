import { realpathSync, statSync } from 'node:fs';
import SqliteDatabase from 'better-sqlite3';
import { translate } from './errors.ts';

/**
 * Takes back what a process had written that was killed in the middle of a transaction without a write-ahead log, as an
 * import is. SQLite does so for the first connection that may write; one that only reads is refused until then.
 * @throws {StoreUnavailableError} where that process is still at work.
 */
export function takeBackUnfinished(file: string): void {
  // The journal lies beside the file that a link leads to.
  const journal = statSync(`${realpathSync(file)}-journal`, { throwIfNoEntry: false });
  if (journal === undefined || journal.size === 0) return;
  try {
    const connection = new SqliteDatabase(file, { fileMustExist: true, timeout: 0 });
    try {
      connection.prepare('select 1 from sqlite_master limit 1').get();
    } finally {
      connection.close();
    }
  } catch (error) {
    throw translate(error, file);
  }
}
