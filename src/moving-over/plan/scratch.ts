import type SqliteDatabase from 'better-sqlite3';
import type { OldDatabase } from '#moving-over/old/old-file.ts';
import type { OldSchema } from '#moving-over/old/old-schema.ts';
import { type OldValue, textOrNull } from '#moving-over/old/values.ts';
import type { Findings } from '#moving-over/report/findings.ts';

/**
 * Where it is worked out what becomes of each row: temporary tables beside the old database, so that a million orders need
 * no memory. They are gone with the process, however that ends.
 *
 * A source is whose money it was: an account, or the text of a sender that is no address. Orders go by their old ids, and
 * payments by a key of their own, since the corrections of the import are payments too.
 */
const TABLES = `
  create temp table scratch_orders (
    id integer primary key, order_id text not null, alt_id text, customer_id text not null, status text not null,
    price integer not null, created_at text not null, updated_at text not null, is_odd integer not null
  );
  create temp table scratch_sources (
    source integer primary key, account text unique, address text not null, made_for text,
    first_at text not null, last_at text not null default '',
    confirmed integer not null default 0, paid integer not null default 0, debt integer not null default 0,
    free integer not null default 0, old_balance integer not null default 0, returned integer not null default 0
  );
  create temp table scratch_addresses (
    id integer primary key, address text not null unique, source integer not null, shown text not null
  );
  create temp table scratch_payments (
    key integer primary key, row integer, txid text not null, source integer not null, address_id integer,
    amount integer not null, status text not null, is_manual integer not null, named text, named_order integer,
    created_at text not null, updated_at text not null, is_odd integer not null,
    unspent integer not null default 0, owner_kind text, owner_id text, is_late integer not null default 0,
    owed integer not null default 0, origin text not null, memo text, claimant integer, claim_is_signed integer not null default 0
  );
  create temp table scratch_odd_payments (row integer primary key);
  create temp table scratch_entries (
    id integer primary key, named text not null, named_order integer, source integer not null, amount integer not null,
    at text not null
  );
  create temp table scratch_settlements (
    id integer primary key, order_key integer not null, source integer not null, amount integer not null,
    at text not null, is_single integer not null
  );
  create temp table scratch_pairs (
    payment integer primary key, settlement integer not null, amount integer not null, at text not null
  );
  create temp table scratch_uses (
    id integer primary key, payment integer not null, settlement integer, taken_by integer, amount integer not null,
    at text not null
  );
  create temp table scratch_claims (
    order_key integer not null, source integer not null, at text not null, primary key (order_key, source)
  ) without rowid;
  create temp table scratch_claimants (
    order_key integer primary key, source integer not null, kind text not null
  );
  create temp table scratch_links (
    customer_id text not null, source integer not null, kind text not null, at text not null,
    primary key (customer_id, source)
  ) without rowid;
  create temp table scratch_customers (
    customer_id text primary key, current integer not null default 0, paid integer not null default 0,
    expired integer not null default 0, cancelled integer not null default 0, credit integer not null default 0,
    created_at text not null, updated_at text not null
  ) without rowid;
  create temp table scratch_own_money (order_key integer primary key, amount integer not null);
  create temp table scratch_nonces (
    purpose text not null, account text not null, last_nonce text not null, primary key (purpose, account)
  ) without rowid;
  create temp table scratch_roles (
    account text not null, role text not null, primary key (account, role)
  ) without rowid;
  create temp table scratch_wallets (account text primary key, address text not null, ip_address text not null) without rowid;
`;

/** How far the work has come: words, and how many of how many rows. */
export type Progress = (stage: string, done: number, total: number) => void;

/** Rows after which the progress is shown again. */
const ROWS_BETWEEN_REPORTS = 5_000;

export interface Work {
  readonly old: OldDatabase;
  readonly schema: OldSchema;
  readonly findings: Findings;
  readonly scratch: Scratch;
  /** When the import began: the time of its own entries. */
  readonly now: Date;
}

export class Scratch {
  readonly #connection: SqliteDatabase.Database;
  readonly #progress: Progress;
  readonly #statements = new Map<string, SqliteDatabase.Statement>();

  constructor(connection: SqliteDatabase.Database, progress: Progress) {
    this.#connection = connection;
    this.#progress = progress;
    connection.exec(TABLES);
    this.define('storable', (value: OldValue) => (typeof value === 'number' ? String(value) : textOrNull('it', value)));
  }

  /** The database itself, for what is attached to it. */
  get connection(): SqliteDatabase.Database {
    return this.#connection;
  }

  /** A function that statements may call. It answers the same for the same values. */
  define<Values extends OldValue[]>(name: string, compute: (...values: Values) => bigint | string | null): void {
    this.#connection.function(
      name,
      { deterministic: true, safeIntegers: true, varargs: true },
      (...values: unknown[]) => compute(...(values as Values)),
    );
  }

  exec(sql: string): void {
    this.#connection.exec(sql);
  }

  run(sql: string, ...values: unknown[]): void {
    this.#statement(sql).run(...values);
  }

  /** @returns whether a row was changed. */
  changed(sql: string, ...values: unknown[]): boolean {
    return this.#statement(sql).run(...values).changes > 0;
  }

  get<Row>(sql: string, ...values: unknown[]): Row | undefined {
    return this.#statement(sql).get(...values) as Row | undefined;
  }

  all<Row>(sql: string, ...values: unknown[]): Row[] {
    return this.#statement(sql).all(...values) as Row[];
  }

  /** Rows one by one. The tables that they come from are not changed meanwhile. */
  *each<Row>(sql: string, ...values: unknown[]): Generator<Row> {
    // A statement of its own: several may be read at the same time.
    for (const row of this.#connection.prepare(sql).iterate(...values)) yield row as Row;
  }

  /** Shows the progress of what one statement does, before and after it. */
  stage<Result>(words: string, total: number, run: () => Result): Result {
    this.#progress(words, 0, total);
    const result = run();
    this.#progress(words, total, total);
    return result;
  }

  /** Rows one by one, with the progress shown. */
  *eachShown<Row>(stage: string, total: number, sql: string, ...values: unknown[]): Generator<Row> {
    let done = 0;
    this.#progress(stage, done, total);
    for (const row of this.each<Row>(sql, ...values)) {
      yield row;
      done += 1;
      if (done % ROWS_BETWEEN_REPORTS === 0) this.#progress(stage, done, total);
    }
    // All rows are through, though more may have been counted than were selected.
    this.#progress(stage, done, done);
  }

  count(table: string): number {
    return Number(this.get<{ count: bigint }>(`select count(*) as count from ${table}`)?.count ?? 0n);
  }

  #statement(sql: string): SqliteDatabase.Statement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#connection.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}
