import SqliteDatabase from 'better-sqlite3';
import { type Connection, sqliteStoreOver } from '#platform/database/sqlite/store.ts';
import type { Store } from '#platform/database/store.ts';
import { emptyDatabase } from '#test/simulation/empty-database.ts';
import { SqliteRows } from '#test/simulation/rows/sqlite.ts';
import type {
  DatabaseFault,
  FaultPlan,
  Process,
  SimulatedDatabase,
  SimulatedDatabases,
} from '#test/simulation/simulated-database.ts';

/** Where the database may refuse, or the process end. `loses` ends the whole transaction by itself, as SQLite does when a disk is full. */
export const SQLITE_FAULTS = [
  'begin refused',
  'statement refused',
  'statement loses transaction',
  'commit refused',
  'commit loses transaction',
  'process dies before commit',
  'process dies after commit',
  'locked for a moment',
] as const;
type FaultName = (typeof SQLITE_FAULTS)[number];

const ERRORS = {
  begin: ['SQLITE_CANTOPEN', 'unable to open database file'],
  statement: ['SQLITE_IOERR_WRITE', 'disk I/O error'],
  commit: ['SQLITE_FULL', 'database or disk is full'],
} as const;

/** Another process has the lock, and gives it back. */
const LOCKED = ['SQLITE_BUSY', 'database is locked'] as const;

type Place = keyof typeof ERRORS | 'other';

const PLACES: Readonly<Record<FaultName, Place>> = {
  'begin refused': 'begin',
  'statement refused': 'statement',
  'statement loses transaction': 'statement',
  'commit refused': 'commit',
  'commit loses transaction': 'commit',
  'process dies before commit': 'statement',
  'process dies after commit': 'commit',
  'locked for a moment': 'begin',
};

/** Databases in memory, each a copy of one that is up to date and empty. */
export async function sqliteDatabases(): Promise<SimulatedDatabases> {
  const image = await emptyDatabase();
  return {
    open: async () => new FaultySqlite(image),
    close: async () => undefined,
  };
}

/** A database in memory whose connections fail when the simulation says so. */
class FaultySqlite implements SimulatedDatabase {
  readonly rows: SqliteRows;
  readonly readsAside = false;
  readonly #connection: SqliteDatabase.Database;
  #fired: FaultName | undefined;
  /** Whether a transaction was rolled back since the fault, so that its works may have been run again. */
  #isRolledBack = false;
  readonly #statements = new Map<string, SqliteDatabase.Statement>();
  #planned: { fault: FaultName; place: Place; left: number } | undefined;

  /** @param image a database that is up to date, as `serialize` gives it. */
  constructor(image: Buffer) {
    this.#connection = new SqliteDatabase(image);
    this.#connection.defaultSafeIntegers(true);
    this.#connection.pragma('foreign_keys = on');
    this.rows = new SqliteRows(this.#connection);
  }

  get fired(): DatabaseFault | undefined {
    const name = this.#fired;
    if (name === undefined) return undefined;
    // Works that were run again may have come through.
    const mayComeThrough = name === 'statement refused' && this.#isRolledBack;
    return {
      name,
      isTold: name === 'locked for a moment' ? 'never' : mayComeThrough ? 'perhaps' : 'always',
      isKeptUnheard: name === 'process dies after commit',
      isEnd: name.startsWith('process dies'),
    };
  }

  /** The fault comes up at the n-th time that the database is at its place. */
  plan({ mayEndUnheard, random }: FaultPlan): void {
    this.#fired = undefined;
    this.#isRolledBack = false;
    if (!random.chance(0.08)) return;
    const fault = random.pick(SQLITE_FAULTS);
    // The store waits for a lock by the clock of the machine, not by ours: this is to come up, but not to take all time.
    if (fault === 'locked for a moment' && !random.chance(0.1)) return;
    // Starting a process takes as long as ten steps.
    if (fault.startsWith('process dies') && (!mayEndUnheard || random.chance(0.4))) return;
    const isCounted = fault.includes('statement') || fault.includes('before');
    this.#planned = { fault, place: PLACES[fault], left: isCounted ? random.between(2, 14) : 1 };
  }

  callOff(): void {
    this.#planned = undefined;
  }

  async openStore(process: Process, changed?: (text: string) => string): Promise<Store> {
    return sqliteStoreOver(this.#connectionOf(process, changed));
  }

  #connectionOf(process: Process, changed: (text: string) => string = (text) => text): Connection {
    const connection = this.#connection;
    const prepare = (text: string) => {
      const statement = this.#prepare(changed(text));
      const place = placeOf(text);
      const writesToChain = !statement.readonly && text.includes('chain_');
      const guard = () => {
        if (process.isDead) throw new SqliteDatabase.SqliteError('this process has ended', 'SQLITE_IOERR');
        if (this.#planned !== undefined && this.#planned.place === place) this.#countDown(place, process);
        if (writesToChain) this.rows.noteChainWrite();
        if (text === 'rollback') this.#isRolledBack = this.#fired !== undefined;
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

  async close(): Promise<void> {
    this.#connection.close();
  }

  #prepare(text: string): SqliteDatabase.Statement {
    let statement = this.#statements.get(text);
    if (statement === undefined) {
      statement = this.#connection.prepare(text);
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
    this.#fired = planned.fault;
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
