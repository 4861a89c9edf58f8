import { type BigIntStats, closeSync, existsSync, openSync, readSync, renameSync, rmSync, statSync } from 'node:fs';
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

/** Looks whether the database of a connection is still the one that was opened. @throws {StoreReplacedError} */
export type SameDatabase = () => void;

/**
 * Notices that a server's database is replaced beneath it, in any of three ways:
 * - another file is put in its place, or the file is removed: device and inode differ;
 * - another file is copied into it: the page with the stamp is another one, or has had fewer commits than were there;
 * - a backup is restored through SQLite: the row has had fewer commits than this server has made.
 *
 * The second is invisible to SQLite, which reads its write-ahead log over the new pages. So the page is read past it,
 * whenever the file has changed, by a descriptor that stays open: closing it would let go of all of SQLite's own locks.
 */
export class SqliteIdentity {
  readonly #connection: Connection;
  readonly #file: string;
  readonly #descriptor: number;
  readonly #stamp: string;
  readonly #pageSize: number;
  readonly #walInode: bigint | undefined;
  readonly #countCommit: SqliteDatabase.Statement;
  #seen: BigIntStats;
  #rootPage: number;
  /** How many commits the file itself was seen to have, without its log; undefined until its page was there. */
  #commitsInFile: string | undefined;
  #lastCommits: string;
  /** Whether this server may have written to the file since it was looked at. */
  #isOwnChange = false;
  #replaced: StoreReplacedError | undefined;
  /** SQLite's own close would write the log of the old database into what was copied into the file. */
  #isOverwritten = false;

  /** @param connection the writer of the open database, which is up to date. */
  constructor(connection: Connection, file: string) {
    this.#connection = connection;
    this.#file = file;
    // The page must be in the file, and a log that keeps its length would hide for a while that the disk is full.
    connection.pragma('wal_checkpoint(truncate)');
    const { stamp, commits } = connection.prepare(SELECT).get() as Identity;
    this.#stamp = stamp;
    this.#lastCommits = commits;
    this.#countCommit = connection.prepare(COUNT_COMMIT);
    this.#pageSize = Number(connection.pragma('page_size', { simple: true }));
    this.#rootPage = this.#findRootPage();
    this.#descriptor = openSync(file, 'r');
    this.#seen = statSync(file, { bigint: true });
    this.#walInode = statSync(`${file}-wal`, { bigint: true, throwIfNoEntry: false })?.ino;
    this.#commitsInFile = this.#readFile();
  }

  /** Whether another database was copied into the file. */
  get isOverwritten(): boolean {
    return this.#isOverwritten;
  }

  /** Makes what looks at a connection, inside a transaction of its own. */
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

  /** Counts the commit that is about to be made. Answers what `committed` is given once it is. */
  countCommit(): string {
    return (this.#countCommit.get() as Pick<Identity, 'commits'>).commits;
  }

  /**
   * Looks at the file after a commit of this server's own, with which SQLite may have written its log into the file.
   * @param commits undefined if nothing was counted, or the commit has failed: it may have written a part all the same.
   */
  committed(commits: string | undefined): void {
    if (commits !== undefined) this.#lastCommits = commits;
    this.#isOwnChange = true;
    this.checkFile();
  }

  /** Looks at the file alone. @throws {StoreReplacedError} */
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

  /** Lets go of the file, once all connections are closed. */
  close(): void {
    closeSync(this.#descriptor);
  }

  /** What this server's own SQLite wrote is not judged: where the disk was full it may have stopped in the middle. */
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
    // Another process that writes the log into the file writes all of it. With an older page in the file, which the log
    // still covers, nothing is lost, but somebody has copied a backup into it and expects that to count.
    const isExplained = commits === newest || commits === undefined;
    if (isAnother || !isExplained) throw this.#replace(`Another database was copied into the file ${this.#file}`);
    this.#commitsInFile = commits;
  }

  /** A tool that rebuilds the database through SQLite (vacuum) has the page elsewhere. */
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

  /** The most that can be in the file: another server may count as well. */
  #newestCommits(): string {
    const row = this.#rowOf(this.#connection.prepare(SELECT));
    return row === undefined || row.commits < this.#lastCommits ? this.#lastCommits : row.commits;
  }

  #rowOf(select: SqliteDatabase.Statement): Identity | undefined {
    try {
      return select.get() as Identity | undefined;
    } catch (error) {
      // A backup from before there was such a table.
      if (error instanceof SqliteDatabase.SqliteError && error.code === 'SQLITE_ERROR') return undefined;
      throw error;
    }
  }

  /** The commits that stand in the file's page; undefined where it is not the page of this database. */
  #readFile(): string | undefined {
    const page = Buffer.alloc(this.#pageSize);
    readSync(this.#descriptor, page, 0, this.#pageSize, (this.#rootPage - 1) * this.#pageSize);
    const at = page.indexOf(this.#stamp);
    if (at < 0) return undefined;
    const commits = page.toString('latin1', at + this.#stamp.length, at + this.#stamp.length + COMMITS_LENGTH);
    return /^\d{20}$/.test(commits) ? commits : undefined;
  }

  /**
   * The log of the old database, left beside the new one, would be read as a part of it at the next start. It may hold the
   * last commits of the old one, so it is kept under another name.
   */
  #setLogAside(): void {
    const log = `${this.#file}-wal`;
    const isOurs = statSync(log, { bigint: true, throwIfNoEntry: false })?.ino === this.#walInode;
    if (this.#walInode === undefined || !isOurs) return;
    let number = 1;
    while (existsSync(`${log}.replaced-${number}`)) number += 1;
    renameSync(log, `${log}.replaced-${number}`);
    rmSync(`${this.#file}-shm`, { force: true });
  }

  #replace(what: string): StoreReplacedError {
    this.#replaced ??= new StoreReplacedError(what);
    return this.#replaced;
  }
}
