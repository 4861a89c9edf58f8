import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { makeFolder } from '#platform/make-folder.ts';

/** The small SQLite files that the tool keeps on a hot wallet's machine, and locks that are such files. */

const OWNER_ONLY_FOLDER = 0o700;
const OWNER_ONLY = 0o600;

/** Opens one that nobody but its owner can read, in a folder that is made if there is none. */
export function openOwnFile(folder: string, name: string, timeout: number): SqliteDatabase.Database {
  makeFolder(folder, OWNER_ONLY_FOLDER);
  const path = join(folder, name);
  // SQLite itself would let the group and others read it.
  if (!existsSync(path)) closeSync(openSync(path, 'a', OWNER_ONLY));
  return new SqliteDatabase(path, { timeout });
}

/**
 * Makes this process the one that does some work for a profile or a wallet, until it lets go or ends in whatever way: the
 * lock is the operating system's.
 * @returns how to let go; undefined where another process holds it.
 */
export function takeLock(folder: string, work: string, owner: string): (() => void) | undefined {
  const name = createHash('sha256').update(owner).digest('hex').slice(0, 16);
  const database = openOwnFile(folder, `${work}-${name}.lock`, 0);
  try {
    database.exec('begin exclusive');
  } catch (error) {
    database.close();
    if (error instanceof SqliteDatabase.SqliteError && error.code.startsWith('SQLITE_BUSY')) return undefined;
    throw error;
  }
  return () => void database.close();
}
