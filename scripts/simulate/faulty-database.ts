import SqliteDatabase from 'better-sqlite3';
import type { Connection } from '../../src/store/sqlite.ts';

/** Where the database may refuse, or the process end. `loses` ends the whole transaction by itself, as SQLite does when a disk is full. */
export const DATABASE_FAULTS = [
  'begin refused',
  'statement refused',
  'statement loses transaction',
  'commit refused',
  'commit loses transaction',
  'process dies before commit',
  'process dies after commit',
  'locked for a moment',
] as const;
export type DatabaseFault = (typeof DATABASE_FAULTS)[number];

const ERRORS = {
  begin: ['SQLITE_CANTOPEN', 'unable to open database file'],
  statement: ['SQLITE_IOERR_WRITE', 'disk I/O error'],
  commit: ['SQLITE_FULL', 'database or disk is full'],
} as const;

/** Another process has the lock, and gives it back. */
const LOCKED = ['SQLITE_BUSY', 'database is locked'] as const;

type Place = keyof typeof ERRORS | 'other';

const PLACES: Readonly<Record<DatabaseFault, Place>> = {
  'begin refused': 'begin',
  'statement refused': 'statement',
  'statement loses transaction': 'statement',
  'commit refused': 'commit',
  'commit loses transaction': 'commit',
  'process dies before commit': 'statement',
  'process dies after commit': 'commit',
  'locked for a moment': 'begin',
};

/** A process of the server, as far as the database knows of it. */
export interface Process {
  isDead: boolean;
}

/** A database in memory whose connections fail when the simulation says so. */
export class FaultyDatabase {
  readonly connection: SqliteDatabase.Database;
  /** The fault that has come up since the last was planned. */
  fired: DatabaseFault | undefined;
  /** Whether a transaction was rolled back since then, so that its works may have been run again. */
  isRolledBack = false;
  readonly #statements = new Map<string, SqliteDatabase.Statement>();
  #planned: { fault: DatabaseFault; place: Place; left: number } | undefined;

  /** @param image a database that is up to date, as `serialize` gives it. */
  constructor(image: Buffer) {
    this.connection = new SqliteDatabase(image);
    this.connection.defaultSafeIntegers(true);
    this.connection.pragma('foreign_keys = on');
  }

  /** The fault comes up at the n-th time that the database is at that place, if it gets there before it is called off. */
  plan(fault: DatabaseFault, nth: number): void {
    this.fired = undefined;
    this.isRolledBack = false;
    this.#planned = { fault, place: PLACES[fault], left: nth };
  }

  callOff(): void {
    this.#planned = undefined;
  }

  /** A connection of one process: after its end it reaches the database no more. */
  connectionOf(process: Process, changed: (text: string) => string = (text) => text): Connection {
    const connection = this.connection;
    const prepare = (text: string) => {
      const statement = this.#prepare(changed(text));
      const place = placeOf(text);
      const guard = () => {
        if (process.isDead) throw new SqliteDatabase.SqliteError('this process has ended', 'SQLITE_IOERR');
        if (this.#planned !== undefined && this.#planned.place === place) this.#countDown(place, process);
        if (text === 'rollback') this.isRolledBack = this.fired !== undefined;
      };
      return {
        reader: statement.reader,
        readonly: statement.readonly,
        run: (...parameters: unknown[]) => {
          guard();
          return statement.run(...parameters);
        },
        get: (...parameters: unknown[]) => {
          guard();
          return statement.get(...parameters);
        },
        all: (...parameters: unknown[]) => {
          guard();
          return statement.all(...parameters);
        },
      };
    };
    const faulty = {
      prepare,
      close: () => undefined,
      get inTransaction() {
        return connection.inTransaction;
      },
    };
    return faulty as unknown as Connection;
  }

  close(): void {
    this.connection.close();
  }

  #prepare(text: string): SqliteDatabase.Statement {
    let statement = this.#statements.get(text);
    if (statement === undefined) {
      statement = this.connection.prepare(text);
      this.#statements.set(text, statement);
    }
    return statement;
  }

  #countDown(place: Place, process: Process): void {
    const planned = this.#planned;
    if (planned === undefined || place === 'other') return;
    planned.left -= 1;
    if (planned.left > 0) return;
    this.#planned = undefined;
    this.fired = planned.fault;
    const isDying = planned.fault.startsWith('process dies');
    if (planned.fault === 'process dies after commit') this.#prepare('commit').run();
    else if (isDying || planned.fault.endsWith('loses transaction')) this.#prepare('rollback').run();
    if (isDying) process.isDead = true;
    const isLocked = planned.fault === 'locked for a moment';
    const [code, message] = isLocked ? LOCKED : ERRORS[place];
    throw new SqliteDatabase.SqliteError(message, code);
  }
}

/** Rolling back is left alone: SQLite does it by itself where it can do nothing else. */
function placeOf(text: string): Place {
  if (text.startsWith('begin')) return 'begin';
  if (text === 'commit') return 'commit';
  return text.startsWith('rollback') ? 'other' : 'statement';
}
