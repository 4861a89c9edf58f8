import type SqliteDatabase from 'better-sqlite3';
import type { DatabaseRows, EventRow, WriteCounts } from '#test/simulation/simulated-database.ts';
import { chainQuery, DELIVERY, quickQuery, rowsAsText, type Table, THOROUGH_TABLES, type Words } from './row-text.ts';

const WORDS: Words = { time: (column) => column, truth: (column) => column };
const TEXTS = rowsAsText(WORDS);

/** All rows of a table as one text, in the order in which they came. */
const whole = (table: Table) =>
  `(select group_concat(${TEXTS[table]}, char(10)) from (select * from ${table} order by rowid))`;
const newer = (table: Table) =>
  `(select group_concat(${TEXTS[table]}, char(10)) from (select * from ${table} where id > ? order by id))`;

/** The tables of SQLite. */
export class SqliteRows implements DatabaseRows {
  readonly #quick: SqliteDatabase.Statement;
  readonly #events: SqliteDatabase.Statement;
  readonly #payment: SqliteDatabase.Statement;
  readonly #thorough: SqliteDatabase.Statement;
  readonly #deliveries: SqliteDatabase.Statement;
  readonly #chain: SqliteDatabase.Statement;
  readonly #chainBlocks: SqliteDatabase.Statement;
  readonly #totalChanges: SqliteDatabase.Statement;
  readonly #prepare: (text: string) => SqliteDatabase.Statement;
  #chainWrites = 0;

  constructor(connection: SqliteDatabase.Database) {
    const prepare = (text: string) => connection.prepare(text).safeIntegers(false);
    this.#prepare = prepare;
    this.#quick = prepare(quickQuery({ whole, newer })).raw();
    this.#events = prepare('select id, type, subject, payload from events where id > ? order by id');
    this.#payment = prepare(`select ${TEXTS.payments} from payments where txid = ?`).pluck();
    this.#thorough = prepare(`select ${THOROUGH_TABLES.map(whole).join(', ')}`).raw();
    this.#deliveries = prepare(`select ${DELIVERY} from deliveries`).pluck();
    this.#chain = prepare(chainQuery(whole)).raw();
    this.#chainBlocks = prepare(`select ${whole('chain_blocks')}`).pluck();
    this.#totalChanges = prepare('select total_changes()').pluck();
  }

  /** SQLite counts every row that any statement or trigger has inserted, changed or deleted. */
  writes(): WriteCounts {
    return { all: this.#totalChanges.get() as number, chain: this.#chainWrites };
  }

  /** A statement is run that writes to a table of the chain. No trigger of another table does. */
  noteChainWrite(): void {
    this.#chainWrites += 1;
  }

  async quick(...after: [number, number, number]): Promise<unknown[]> {
    return this.#quick.get(...after) as unknown[];
  }

  async thorough(): Promise<unknown[]> {
    return this.#thorough.get() as unknown[];
  }

  async table(name: string, text: (words: Words) => string): Promise<string> {
    const rows = this.#prepare(`select ${text(WORDS)} from ${name}`)
      .pluck()
      .all() as string[];
    return rows.join('\n');
  }

  async events(after: number): Promise<EventRow[]> {
    return this.#events.all(after) as EventRow[];
  }

  async payments(txids: readonly string[]): Promise<string[]> {
    return txids.flatMap((txid) => (this.#payment.get(txid) as string | undefined) ?? []);
  }

  async deliveries(): Promise<string[]> {
    return this.#deliveries.all() as string[];
  }

  async chain(): Promise<unknown[]> {
    return this.#chain.get() as unknown[];
  }

  async chainBlocks(): Promise<unknown> {
    return this.#chainBlocks.get();
  }
}
