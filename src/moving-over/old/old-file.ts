import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  readSync,
  realpathSync,
  rmSync,
  type Stats,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { isInUse } from './file-users.ts';

/**
 * The file of the other server, opened so that nothing is ever written to it: not even what SQLite itself writes when it
 * opens a database that was not closed in order. Such a file is copied with what lies beside it, and the copy is read.
 */

/** The file can't be imported as it is. The message is a sentence for the operator. */
export class OldDatabaseError extends Error {
  override readonly name = 'OldDatabaseError';
}

export interface OldDatabase {
  readonly connection: SqliteDatabase.Database;
  readonly file: string;
  /** @throws {OldDatabaseError} where the file was written to or replaced since it was opened. */
  requireUnchanged(): void;
  close(): void;
}

const MAGIC = 'SQLite format 3\0';
/** The first page begins with a header of this length. */
const HEADER_BYTES = 100;
/** The byte of the header that says how the file is read: 2 with a write-ahead log. */
const READ_VERSION_AT = 19;
const WITH_LOG = 2;
/** Four bytes of the header that say how texts are encoded: 1 is UTF-8, as that server has it, and 2 and 3 are UTF-16. */
const ENCODING_AT = 56;
const FIRST_UTF_16 = 2;

/** What is copied with the file where it is there: the write-ahead log, and the journal of a process that died. */
const WITH_SIDE_FILES = ['', '-wal', '-journal'] as const;

/**
 * Of the old database, of what is worked out beside it, and of what sorts rows for an index or a sum, in KiB: together less
 * than a third of what may be used. What writes gives a part of it to the new database (sqlite-target.ts).
 */
const CACHE_KIB = 12 * 1024;
const SCRATCH_CACHE_KIB = 56 * 1024;
const SORTER_KIB = 24 * 1024;
/** What sorts more rows than fit into memory does so in a thread beside the one that makes them. */
const SORTER_THREADS = 2;

/** So many faults of a broken file are named. */
const MAX_NAMED_FAULTS = 3;

/** @throws {OldDatabaseError} */
export function openOldDatabase(file: string): OldDatabase {
  const header = headerOf(file);
  // SQLite looks for its side files beside the file that a link leads to.
  const path = realpathSync(file);
  if (header.readUInt32BE(ENCODING_AT) >= FIRST_UTF_16) {
    throw new OldDatabaseError(
      `${file} holds its texts in UTF-16, and those of tari_payment_server are in UTF-8: another program made it. A copy in UTF-8 can be imported: sqlite3 ${file} .dump | sqlite3 copy.db`,
    );
  }
  const before = statesOf(path);
  if (isInUse(path)) {
    throw new OldDatabaseError(
      `${file} is in use: stop tari_payment_server and whatever else has it open, or give a copy that was made while it was stopped.`,
    );
  }
  // SQLite works in a log that is there, and writes it into the file at the end, whatever the header says.
  const mustBeCopied =
    header[READ_VERSION_AT] === WITH_LOG || existsSync(`${path}-wal`) || sizeOf(`${path}-journal`) > 0;
  const opened = translated(file, () => (mustBeCopied ? openCopy(path, file) : openAsItIs(path, file)));
  return {
    ...opened,
    requireUnchanged() {
      if (statesOf(path) === before) return;
      throw new OldDatabaseError(
        `${file} was written to or replaced while it was read. Nothing was kept. Stop tari_payment_server and whatever else writes to it, and start again.`,
      );
    },
  };
}

type Opened = Omit<OldDatabase, 'requireUnchanged'>;

/** Runs what reads the file, with what SQLite says of a broken one as a sentence. */
export function translated<Result>(file: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (isOverflow(error)) {
      throw new OldDatabaseError(`${file} holds amounts that add up to more than 2^63 µT, which no database can hold.`);
    }
    if (!(error instanceof SqliteDatabase.SqliteError)) throw error;
    if (/^SQLITE_(CORRUPT|NOTADB|FORMAT)/.test(error.code)) throw brokenFile(file, [error.message]);
    if (/^SQLITE_BUSY/.test(error.code)) throw new OldDatabaseError(`${file} is in use: ${error.message}.`);
    throw new OldDatabaseError(`${file} cannot be read: ${error.message}.`);
  }
}

/** A sum in SQLite, or one that was to be kept there. */
function isOverflow(error: unknown): boolean {
  if (error instanceof SqliteDatabase.SqliteError) return error.message === 'integer overflow';
  return error instanceof RangeError && /bigint is too big/.test(error.message);
}

function brokenFile(file: string, faults: readonly string[]): OldDatabaseError {
  return new OldDatabaseError(
    `${file} is broken (${faults.join('; ')}). Nothing was taken from it. Use a copy from before, or have SQLite recover it: sqlite3 ${file} .recover`,
  );
}

function headerOf(file: string): Buffer {
  try {
    if (statSync(file).isDirectory()) throw new OldDatabaseError(`${file} is a folder, not a database.`);
    const descriptor = openSync(file, 'r');
    try {
      const header = Buffer.alloc(HEADER_BYTES);
      const length = readSync(descriptor, header, 0, HEADER_BYTES, 0);
      if (length === 0) throw new OldDatabaseError(`${file} is empty: there is no database in it.`);
      if (header.subarray(0, MAGIC.length).toString('latin1') === MAGIC) return header;
      throw new OldDatabaseError(`${file} is no SQLite database, as tari_payment_server has one.`);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    if (error instanceof OldDatabaseError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw new OldDatabaseError(code === 'ENOENT' ? `There is no file ${file}.` : `${file} cannot be read: ${message}.`);
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function openCopy(path: string, shown: string): Opened {
  const folder = mkdtempSync(join(tmpdir(), 'import-tps-'));
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  try {
    const copy = join(folder, basename(path));
    copyUnchanged(path, copy, shown);
    const recovered = new SqliteDatabase(copy);
    try {
      recovered.pragma('journal_mode = delete');
    } finally {
      recovered.close();
    }
    const opened = openAsItIs(copy, shown);
    // What is open stays readable, and goes away with this process however that ends.
    if (process.platform !== 'win32') removeFolder();
    return {
      ...opened,
      close() {
        opened.close();
        removeFolder();
      },
    };
  } catch (error) {
    removeFolder();
    throw error;
  }
}

/** Copies the file with what lies beside it, which must not change meanwhile: that would be a picture of no moment. */
function copyUnchanged(path: string, copy: string, shown: string): void {
  const before = statesOf(path);
  for (const name of WITH_SIDE_FILES) {
    if (name !== '' && sizeOf(`${path}${name}`) === 0) continue;
    copyFileSync(`${path}${name}`, `${copy}${name}`);
    // A copy has the mode of the file, which may be there to be read only; SQLite must work in it.
    chmodSync(`${copy}${name}`, 0o600);
  }
  if (statesOf(path) !== before) throw new OldDatabaseError(`${shown} is in use: it was written to while it was read.`);
}

/** Of the file and of what lies beside it: another text after each change. */
function statesOf(path: string): string {
  return WITH_SIDE_FILES.map((name) => stateOf(statSync(`${path}${name}`, { throwIfNoEntry: false }))).join();
}

function stateOf(stats: Stats | undefined): string {
  return stats === undefined ? '' : `${stats.size} ${stats.mtimeMs} ${stats.ctimeMs} ${stats.ino}`;
}

function openAsItIs(path: string, shown: string): Opened {
  // The connection's own database is empty: what is worked out goes into temporary tables, and is written in one statement
  // a table into a database that is attached too. Nothing that is run here writes to the old one.
  const connection = new SqliteDatabase(':memory:', { timeout: 0 });
  try {
    connection.defaultSafeIntegers(true);
    connection.prepare('attach ? as old').run(path);
    // Rows are worked out into temporary tables while others are read. None is changed while it is read.
    connection.unsafeMode(true);
    connection.pragma('trusted_schema = off');
    // References are looked at when all rows are there (sqlite-target.ts): one by one, each costs a search.
    connection.pragma('foreign_keys = off');
    connection.pragma(`old.cache_size = -${CACHE_KIB}`);
    connection.pragma(`cache_size = -${SORTER_KIB}`);
    connection.pragma(`threads = ${SORTER_THREADS}`);
    connection.pragma('temp_store = file');
    // One picture of it from the first row to the last.
    connection.exec('begin');
    const faults = connection.pragma(`old.quick_check(${MAX_NAMED_FAULTS})`) as { quick_check: string }[];
    if (faults.length !== 1 || faults[0]?.quick_check !== 'ok') {
      throw brokenFile(
        shown,
        faults.map(({ quick_check: fault }) => fault.replaceAll('\n', ' ')),
      );
    }
    connection.exec('create temp table scratch_is_open (x)');
    connection.pragma(`temp.cache_size = -${SCRATCH_CACHE_KIB}`);
  } catch (error) {
    connection.close();
    throw error;
  }
  return { connection, file: shown, close: () => void connection.close() };
}
