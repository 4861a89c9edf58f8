import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import SqliteDatabase from 'better-sqlite3';

/** Databases as tari_payment_server 1.10 leaves them: its schema as far as it is known, and rows of its own. */

export type Value = string | number | bigint | null | Buffer;
export type Row = Readonly<Record<string, Value>>;

/** The schema, with the rules that the old server's file has. */
const SCHEMA = `
  create table orders (
    id integer primary key autoincrement, order_id text not null unique, customer_id text not null, memo text,
    total_price integer not null, original_price text, currency text not null, created_at datetime not null,
    updated_at datetime not null, status text not null, alt_id text unique, amount_outstanding text
  );
  create table payments (
    txid text primary key, created_at datetime not null, updated_at datetime not null, sender text not null,
    amount integer not null, memo text, order_id text, payment_type text not null, status text not null, alt_order_id text
  );
  create table settlement_journal (
    id integer primary key autoincrement, created_at timestamp not null, order_id text not null,
    payment_address text not null, settlement_type text not null, amount integer not null
  );
  create table address_customer_id_link (
    id integer primary key autoincrement, address text not null, customer_id text not null, created_at timestamp not null,
    unique (address, customer_id)
  );
  create table roles (id integer primary key, name text not null);
  create table role_assignments (address integer not null, role_id integer not null, unique (address, role_id));
  create table auth_log (address text primary key, last_nonce integer not null);
  create table wallet_auth (address text primary key, ip_address text not null, last_nonce integer not null);
  create table wallet_auth_log (
    id integer primary key autoincrement, changed text, address text, ip_address text, updated_at datetime
  );
  create table exchange_rates (
    id integer primary key autoincrement, base_currency text not null, rate integer not null, updated_at integer not null
  );
  create table shopify_transactions (
    id integer primary key, order_id integer, amount text, currency text, test boolean, captured boolean,
    created_at timestamp, updated_at timestamp
  );
  create table orders_log (
    id integer primary key autoincrement, oid integer, columns_changed integer, old_order_id text, new_order_id text,
    old_customer_id text, new_customer_id text, old_memo text, new_memo text, old_total_price integer,
    new_total_price integer, old_original_price text, new_original_price text, old_currency text, new_currency text,
    old_status text, new_status text, updated_at datetime
  );
  create table payments_log (
    id integer primary key autoincrement, txid text, columns_changed integer, old_sender text, new_sender text,
    old_amount integer, new_amount integer, old_memo text, new_memo text, old_payment_type text, new_payment_type text,
    old_status text, new_status text, old_order_id text, new_order_id text, updated_at datetime
  );
  create view address_balance as
    select address, sum(confirmed) as total_confirmed, sum(paid) as total_paid, sum(confirmed) - sum(paid) as current_balance,
      max(at) as last_update
    from (
      select sender as address, amount as confirmed, 0 as paid, updated_at as at from payments where status = 'Confirmed'
      union all
      select payment_address, 0, amount, created_at from settlement_journal
    ) group by address;
  create view address_pending_balance as
    select sender as address, status, sum(amount) as balance from payments where status = 'Received' group by sender;
  create view customer_order_balance as
    select customer_id, status, sum(total_price) as total_orders from orders group by customer_id, status;
  insert into roles values (1, 'user'), (2, 'read_all'), (3, 'write'), (4, 'payment_wallet'), (5, 'super_admin');
`;

const VIEWS = new Set(['address_balance', 'address_pending_balance', 'customer_order_balance']);

/** What stands in a row where a test says nothing else. */
const TIME = '2026-11-30 06:36:08';
const DEFAULTS: Readonly<Record<string, Row>> = {
  orders: {
    customer_id: '7001',
    memo: null,
    total_price: 10_000_000,
    original_price: '10.00',
    currency: 'XTR',
    created_at: TIME,
    updated_at: TIME,
    status: 'New',
    amount_outstanding: '10.00',
  },
  payments: {
    created_at: TIME,
    updated_at: TIME,
    amount: 10_000_000,
    memo: null,
    order_id: null,
    payment_type: 'OnChain',
    status: 'Confirmed',
  },
  settlement_journal: { created_at: TIME, settlement_type: 'Single', amount: 10_000_000 },
  address_customer_id_link: { customer_id: '7001', created_at: TIME },
  wallet_auth: { ip_address: '127.0.0.1', last_nonce: 0 },
  exchange_rates: { base_currency: 'USD', rate: 25_000_000, updated_at: TIME },
  shopify_transactions: { amount: '5.00', currency: 'USD', test: 0, captured: 0, created_at: TIME, updated_at: TIME },
};

export class TpsDatabase {
  readonly file: string;
  readonly connection: SqliteDatabase.Database;

  /** @param schema false makes a file without any tables. */
  constructor(file: string, schema: string | false = SCHEMA) {
    this.file = file;
    this.connection = new SqliteDatabase(file);
    if (schema !== false) this.connection.exec(schema);
  }

  /** Adds a row, with what the table needs beside what is given. */
  add(table: string, row: Row): this {
    const values = { ...DEFAULTS[table], ...row };
    const names = Object.keys(values);
    const places = names.map(() => '?').join(', ');
    this.connection
      .prepare(`insert into ${table} (${names.join(', ')}) values (${places})`)
      .run(...Object.values(values));
    return this;
  }

  order(orderId: string, row: Row = {}): this {
    return this.add('orders', { order_id: orderId, alt_id: `#${orderId}`, ...row });
  }

  payment(txid: string, sender: string, row: Row = {}): this {
    return this.add('payments', { txid, sender, ...row });
  }

  settlement(orderId: string, address: string, row: Row = {}): this {
    return this.add('settlement_journal', { order_id: orderId, payment_address: address, ...row });
  }

  exec(sql: string): this {
    this.connection.exec(sql);
    return this;
  }

  /** Closes it, as a server that was stopped. Answers the file. */
  close(): string {
    this.connection.close();
    return this.file;
  }
}

/** The rows of a file that the real server wrote, by table and view. */
export interface TpsSample {
  tables: Readonly<
    Record<string, { columns: readonly (readonly [string, string])[]; rows: readonly (readonly Value[])[] }>
  >;
}

export function readSample(name: 'calm' | 'busy'): TpsSample {
  const url = new URL(`../vectors/moving-over/tps-1.10-${name}.json.gz`, import.meta.url);
  return JSON.parse(gunzipSync(readFileSync(url)).toString('utf8')) as TpsSample;
}

/** The rows of one table or view, by their columns. */
export function sampleRows(sample: TpsSample, table: string): Record<string, Value>[] {
  const { columns, rows } = sample.tables[table] ?? { columns: [], rows: [] };
  return rows.map((row) => Object.fromEntries(columns.map(([name], index) => [name, row[index] ?? null])));
}

/**
 * A file with the rows of a sample.
 * @param isBare makes tables of the columns alone, without rules, indexes or views: the views' rows are tables then.
 */
export function fileOfSample(file: string, sample: TpsSample, isBare = false): string {
  const database = new TpsDatabase(file, isBare ? false : SCHEMA);
  if (!isBare) database.exec('delete from roles');
  for (const [table, { columns, rows }] of Object.entries(sample.tables)) {
    if (isBare) {
      database.exec(`create table ${table} (${columns.map(([name, type]) => `"${name}" ${type}`).join(', ')})`);
    } else if (VIEWS.has(table)) continue;
    const names = columns.map(([name]) => `"${name}"`).join(', ');
    const insert = database.connection.prepare(
      `insert into ${table} (${names}) values (${columns.map(() => '?').join(', ')})`,
    );
    for (const row of rows) insert.run(...row);
  }
  return database.close();
}
