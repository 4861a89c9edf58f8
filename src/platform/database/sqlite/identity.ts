import {
  type BigIntStats,
  closeSync,
  existsSync,
  openSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import SqliteDatabase from 'better-sqlite3';
import { StoreReplacedError } from '#platform/database/errors.ts';

type Connection = SqliteDatabase.Database;

interface Identity {
  stamp: string;
  /** 20 digits, so that texts compare as numbers do. */
  commits: string;
}

const SELECT = 'select stamp, commits from database_identity';
const COUNT_COMMIT = `update database_identity set commits = printf('%020d', cast(commits as integer) + 1) returning commits`;
const COMMITS_LENGTH = 20;

/** Checks that the database of a connection is still the one that was opened. @throws {StoreReplacedError} */
export type SameDatabase = () => void;

/**
 * Detects that the database was replaced while the server is running, in any of three ways:
 * - another file was put in its place, or the file was removed: device and inode differ;
 * - another file was copied into it: the page has another stamp, or fewer commits than were there;
 * - a backup was restored through SQLite: the row has fewer commits than this server has made.
 *
 * The second is invisible to SQLite, which reads its write-ahead log over the new pages. So whenever the file has
 * changed, the page is read bypassing SQLite, by a descriptor that stays open: closing it would release all of SQLite's
 * own locks.
 */
export class SqliteIdentity {
  readonly #connection: Connection;
  readonly #file: string;
  /** Where SQLite has its log: beside the file that a link leads to. */
  readonly #sidePath: string;
  readonly #descriptor: number;
  readonly #stamp: string;
  readonly #pageSize: number;
  readonly #walInode: bigint | undefined;
  readonly #countCommit: SqliteDatabase.Statement;
  #seen: BigIntStats;
  #rootPage: number;
  /** The number of commits last seen in the file itself, without its log; undefined until the page was in the file. */
  #commitsInFile: string | undefined;
  #lastCommits: string;
  /** Whether this server may have written to the file since it was last checked. */
  #isOwnChange = false;
  #replaced: StoreReplacedError | undefined;
  /** SQLite's own close would write the old database's log into the file that was copied over it. */
  #isOverwritten = false;

  /** @param connection the writer of the open database, which is up to date. */
  constructor(connection: Connection, file: string) {
    this.#connection = connection;
    this.#file = file;
    this.#sidePath = realpathSync(file);
    // The page must be in the file, and a log that is not truncated would hide a full disk for a while.
    connection.pragma('wal_checkpoint(truncate)');
    const { stamp, commits } = connection.prepare(SELECT).get() as Identity;
    this.#stamp = stamp;
    this.#lastCommits = commits;
    this.#countCommit = connection.prepare(COUNT_COMMIT);
    this.#pageSize = Number(connection.pragma('page_size', { simple: true }));
    this.#rootPage = this.#findRootPage();
    this.#descriptor = openSync(file, 'r');
    this.#seen = statSync(file, { bigint: true });
    this.#walInode = statSync(`${this.#sidePath}-wal`, { bigint: true, throwIfNoEntry: false })?.ino;
    this.#commitsInFile = this.#readFile();
  }

  /** Whether another database was copied into the file. */
  get isOverwritten(): boolean {
    return this.#isOverwritten;
  }

  /** Creates the check of a connection, to be called inside a transaction. */
  watch(connection: Connection): SameDatabase {
    const select = connection.prepare(SELECT);
    return () => {
      this.checkFile();
      const row = this.#rowOf(select);
      if (row === undefined || row.stamp !== this.#stamp || row.commits < this.#lastCommits) {
        throw this.#replace(`The database ${this.#file} was replaced by another, or an older backup was restored,`);
      }
      this.#lastCommits = row.commits;
    };
  }

  /** Counts the commit that is about to be made. Returns the argument for `committed`. */
  countCommit(): string {
    return (this.#countCommit.get() as Pick<Identity, 'commits'>).commits;
  }

  /**
   * Checks the file after a commit of this server, during which SQLite may have written its log into the file.
   * @param commits undefined if nothing was counted or the commit failed: a part may have been written all the same.
   */
  committed(commits: string | undefined): void {
    if (commits !== undefined) this.#lastCommits = commits;
    this.#isOwnChange = true;
    this.checkFile();
  }

  /** Checks only the file. @throws {StoreReplacedError} */
  checkFile(): void {
    const isOwnChange = this.#isOwnChange;
    this.#isOwnChange = false;
    if (this.#replaced !== undefined) throw this.#replaced;
    const found = statSync(this.#file, { bigint: true, throwIfNoEntry: false });
    if (found === undefined || found.ino !== this.#seen.ino || found.dev !== this.#seen.dev) {
      this.#setLogAside();
      const what = found === undefined ? 'was removed' : 'was replaced by another file';
      throw this.#replace(`The database ${this.#file} ${what}`);
    }
    if (found.mtimeNs === this.#seen.mtimeNs && found.size === this.#seen.size) return;
    if (isOwnChange) this.#noteContent();
    else this.#checkContent();
    this.#seen = found;
  }

  /** Closes the file once all connections are closed. */
  close(): void {
    closeSync(this.#descriptor);
  }

  /** This server's own writes are not judged: if the disk was full, SQLite may have stopped in the middle. */
  #noteContent(): void {
    const commits = this.#readFile();
    if (commits !== undefined && commits >= (this.#commitsInFile ?? '')) this.#commitsInFile = commits;
  }

  #checkContent(): void {
    const [commits, before, newest] = [this.#readFile(), this.#commitsInFile, this.#newestCommits()];
    const isAnother =
      commits === undefined ? before !== undefined && !this.#hasMoved() : commits < (before ?? '') || commits > newest;
    if (isAnother) {
      this.#isOverwritten = true;
      this.#setLogAside();
    }
    // A checkpoint by another process writes the whole log into the file. An older page that the log still covers loses
    // nothing, but it means that an operator has copied a backup into the file and expects that to take effect.
    const isExplained = commits === newest || commits === undefined;
    if (isAnother || !isExplained) throw this.#replace(`Another database was copied into the file ${this.#file}`);
    this.#commitsInFile = commits;
  }

  /** Rebuilding the database through SQLite (vacuum) moves the page. */
  #hasMoved(): boolean {
    const rootPage = this.#findRootPage();
    const hasMoved = rootPage !== this.#rootPage;
    this.#rootPage = rootPage;
    return hasMoved;
  }

  #findRootPage(): number {
    const find = this.#connection.prepare(`select rootpage from sqlite_master where name = 'database_identity'`);
    return Number(find.pluck().get());
  }

  /** The highest number that can be in the file: another server may count as well. */
  #newestCommits(): string {
    const row = this.#rowOf(this.#connection.prepare(SELECT));
    return row === undefined || row.commits < this.#lastCommits ? this.#lastCommits : row.commits;
  }

  #rowOf(select: SqliteDatabase.Statement): Identity | undefined {
    try {
      return select.get() as Identity | undefined;
    } catch (error) {
      // A backup from before this table existed.
      if (error instanceof SqliteDatabase.SqliteError && error.code === 'SQLITE_ERROR') return undefined;
      throw error;
    }
  }

  /** The number of commits in the file's page; undefined if it is not this database's page. */
  #readFile(): string | undefined {
    const page = Buffer.alloc(this.#pageSize);
    readSync(this.#descriptor, page, 0, this.#pageSize, (this.#rootPage - 1) * this.#pageSize);
    const at = page.indexOf(this.#stamp);
    if (at < 0) return undefined;
    const commits = page.toString('latin1', at + this.#stamp.length, at + this.#stamp.length + COMMITS_LENGTH);
    return /^\d{20}$/.test(commits) ? commits : undefined;
  }

  /**
   * If the old database's log stayed beside the new file, SQLite would apply it at the next start. It may contain the last
   * commits of the old database, so it is renamed rather than deleted.
   */
  #setLogAside(): void {
    const log = `${this.#sidePath}-wal`;
    const isOurs = statSync(log, { bigint: true, throwIfNoEntry: false })?.ino === this.#walInode;
    if (this.#walInode === undefined || !isOurs) return;
    let number = 1;
    while (existsSync(`${log}.replaced-${number}`)) number += 1;
    renameSync(log, `${log}.replaced-${number}`);
    rmSync(`${this.#sidePath}-shm`, { force: true });
  }

  #replace(what: string): StoreReplacedError {
    this.#replaced ??= new StoreReplacedError(what);
    return this.#replaced;
  }
}
