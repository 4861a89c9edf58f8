import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { beforeEach, describe, expect, it } from 'vitest';
import { MUST_BE_EMPTY } from '#moving-over/write/target.ts';
import { addressToBase58 } from '#tari/address.ts';
import { syntheticAddressOf } from '#tari/synthetic-address.ts';
import { newFolder } from '#test/database/database.ts';
import { openStore } from '#test/database/open.ts';
import { claimText } from '#test/engine.ts';
import { importFile } from '#test/importing.ts';
import { ACCOUNTS, personOf } from '#test/test-wallets.ts';
import { TpsDatabase } from '#test/tps-database.ts';

/**
 * An import into SQLite does not look up what each row refers to, but all of it at the end. A trigger in the new database
 * makes rows refer to nothing while they are written: none may be kept.
 */

const [alice, bob] = ACCOUNTS;

let file: string;
let url: string;

beforeEach(async () => {
  file = join(newFolder(), 'store.db');
  url = `sqlite://${file}`;
  await (await openStore(url, { maxConnections: 1 })).close();
});

/** A file whose import writes rows of every table that refers to another. */
function oldFile(): string {
  const made = addressToBase58(syntheticAddressOf('7001'));
  const old = new TpsDatabase(join(newFolder(), 'tari_store.db'));
  old.order('1', { status: 'Paid' }).order('2').order('3', { status: 'Paid' });
  old.payment('a', alice.address, { order_id: '1', memo: claimText(personOf(1), '1') });
  old.payment('b', bob.address, { order_id: '3', amount: 20_000_000 }).payment('c', bob.address, { order_id: '2' });
  old.payment('credit_note_7001:10.000τ:1', made, { payment_type: 'Manual' });
  old.payment('credit_note_7001:-4.000τ:2', made, { payment_type: 'Manual', amount: -4_000_000 });
  old.settlement('1', alice.address).settlement('3', bob.address).settlement('3', bob.address, { amount: 5_000_000 });
  old.add('address_customer_id_link', { address: bob.address });
  return old.close();
}

function change(sql: string): void {
  const database = new SqliteDatabase(file);
  database.exec(sql);
  database.close();
}

/** Changes each row of a table once it is written, against everything that the schema has against it. */
function tamperWith(table: string, condition: string, changes: string): void {
  const database = new SqliteDatabase(file);
  const triggers = database.prepare(`select name from sqlite_master where type = 'trigger' and tbl_name = ?`);
  for (const name of triggers.pluck().all(table)) database.exec(`drop trigger "${name}"`);
  database.exec(`create trigger tampering after insert on ${table} when ${condition}
    begin update ${table} set ${changes} where rowid = new.rowid; end`);
  database.close();
}

function countsOf(tables: readonly string[]): Record<string, unknown> {
  const database = new SqliteDatabase(file, { readonly: true });
  const counts = tables.map((table) => [table, database.prepare(`select count(*) from "${table}"`).pluck().get()]);
  database.close();
  return Object.fromEntries(counts);
}

/** Every reference of the schema: its table and column, and those that it is looked up in. */
function references(): { child: string; column: string }[] {
  const database = new SqliteDatabase(file, { readonly: true });
  const found = database
    .prepare(
      `select tables.name as child, keys."from" as column from sqlite_master tables
        join pragma_foreign_key_list(tables.name) keys where tables.type = 'table'`,
    )
    .all();
  database.close();
  return found as { child: string; column: string }[];
}

const REFUSED = /would not add up|refer to no row|would not be those/;

const WRITTEN = [
  'customer_addresses.account',
  'customer_addresses.customer_id',
  'orders.claimed_by',
  'orders.customer_id',
  'payments.claimant',
  'payments.account',
  'settlements.account',
  'settlements.order_id',
  'order_claims.account',
  'order_claims.order_id',
  'payment_uses.taken_by',
  'payment_uses.settlement_id',
  'payment_uses.txid',
];

describe('a row that refers to nothing', () => {
  it('may be in no table that an import writes, but for these', async () => {
    await importFile(oldFile(), { url });
    const written = references().filter(({ child }) => Number(countsOf([child])[child]) > 0);
    expect(written.map(({ child, column }) => `${child}.${column}`).sort()).toEqual([...WRITTEN].sort());
    const database = new SqliteDatabase(file, { readonly: true });
    for (const { child, column } of written) {
      expect([
        child,
        column,
        database.prepare(`select 1 from ${child} where ${column} is not null`).get(),
      ]).not.toContain(undefined);
    }
    expect(database.pragma('foreign_key_check')).toEqual([]);
    database.close();
  });

  it.each(WRITTEN)('%s is not kept, and neither is anything else', async (reference) => {
    const [child = '', column = ''] = reference.split('.');
    const nothing = column === 'settlement_id' ? '999999 + new.rowid' : `'nothing' || new.rowid`;
    tamperWith(child, `new.${column} is not null`, `${column} = ${nothing}`);
    await expect(importFile(oldFile(), { url })).rejects.toThrow(REFUSED);
    expect(countsOf(['orders', 'payments', 'settlements', 'customers', 'accounts', 'audit_log'])).toEqual({
      orders: 0,
      payments: 0,
      settlements: 0,
      customers: 0,
      accounts: 0,
      audit_log: 0,
    });
  });

  it.each(['customer_addresses', 'payments', 'settlements', 'order_claims'])(
    'is not kept in %s where its number of an account is none either',
    async (child) => {
      tamperWith(
        child,
        'new.account is not null',
        `account = 'nothing' || new.rowid, account_ordinal = 999 + new.rowid`,
      );
      await expect(importFile(oldFile(), { url })).rejects.toThrow(REFUSED);
      expect(countsOf(['orders', 'accounts'])).toEqual({ orders: 0, accounts: 0 });
    },
  );
});

describe('a database that is imported into', () => {
  /** What a server that was only started may have written down of itself. */
  const OF_A_START = [
    'kysely_migration',
    'kysely_migration_lock',
    'heartbeat',
    'database_identity',
    'pull_identity',
    'challenge_keys',
    'order_memos',
    'order_memos_data',
    'order_memos_idx',
    'order_memos_docsize',
    'order_memos_config',
  ];

  it('has no table that is not looked into, but for what a start writes', () => {
    const database = new SqliteDatabase(file, { readonly: true });
    const tables = database
      .prepare(`select name from sqlite_master where type = 'table' and name not like 'sqlite%'`)
      .pluck()
      .all() as string[];
    database.close();
    expect(tables.sort()).toEqual([...MUST_BE_EMPTY, ...OF_A_START].sort());
  });

  it.each([
    ['pull_agreements', `create table pull_agreements (x)`],
    ['webhook_endpoints', `create table webhook_endpoints (x)`],
    ['staff', `create table staff (x)`],
    ['payouts', `create table payouts (x)`],
    ['notes', `create table notes (x)`],
  ])('is refused where %s has a row', async (table, sql) => {
    change(`pragma foreign_keys = off; drop table ${table}; ${sql}; insert into ${table} values (1)`);
    await expect(importFile(oldFile(), { url })).rejects.toThrow(`is not empty: its table ${table} has rows`);
    expect(countsOf(['orders'])).toEqual({ orders: 0 });
  });
});
