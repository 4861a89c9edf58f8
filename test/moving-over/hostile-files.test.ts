import { copyFileSync, renameSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { importInto } from '#moving-over/import.ts';
import { openOldDatabase } from '#moving-over/old/old-file.ts';
import { planImport } from '#moving-over/plan/plan.ts';
import { summaryOf } from '#moving-over/report/report.ts';
import { newDatabase, newFolder, type TestDatabase } from '#test/database/database.ts';
import { auditOf, IMPORT_TIME, importFile } from '#test/importing.ts';
import { ACCOUNTS } from '#test/test-wallets.ts';
import { TpsDatabase } from '#test/tps-database.ts';

/** Files that were made or changed to mislead: each is refused in a sentence that says what and where, or comes in whole. */

const [alice, bob] = ACCOUNTS;

let database: TestDatabase;
let file: string;
let old: TpsDatabase;

beforeEach(async () => {
  database = await newDatabase();
  file = join(newFolder(), 'tari_store.db');
  old = new TpsDatabase(file);
});
afterEach(() => database.release());

/** What it is refused with. Nothing is written then. */
async function refusal(): Promise<string> {
  old.close();
  const before = database.dump();
  const sentence = await importFile(file, database).then(
    ({ problems }) => problems.join('\n') || 'imported',
    (error: Error) => error.message,
  );
  expect(database.dump()).toEqual(before);
  return sentence;
}

async function imported() {
  const outcome = await importFile(old.close(), database);
  expect(outcome.problems).toEqual([]);
  expect((await auditOf(database)).differences).toEqual([]);
  return outcome;
}

/** Makes a table again, otherwise; the views that read it go with it. */
function remake(table: string, change: (sql: string) => string): void {
  const sql = old.connection.prepare('select sql from sqlite_master where name = ?').pluck().get(table) as string;
  for (const view of ['address_balance', 'address_pending_balance', 'customer_order_balance']) {
    old.exec(`drop view ${view}`);
  }
  old.exec(`drop table ${table}; ${change(sql)}`);
}

describe('what kind of file it is', () => {
  it.each(['UTF-16le', 'UTF-16be'])('holds its texts in %s', async (encoding) => {
    old.close();
    file = join(newFolder(), 'utf-16.db');
    const made = new SqliteDatabase(file);
    made.pragma(`encoding = '${encoding}'`);
    made.exec('create table orders (id integer primary key)');
    made.close();
    expect(await refusal()).toMatch(
      /utf-16\.db holds its texts in UTF-16, .* in UTF-8: .* sqlite3 .* \.dump \| sqlite3/,
    );
  });

  it('has payments whose rows have no numbers', async () => {
    remake('payments', (sql) => `${sql} without rowid`);
    old.order('1').payment('a', alice.address);
    expect(await refusal()).toContain('the rows of its table payments have no numbers (WITHOUT ROWID)');
  });

  it.each(['orders', 'payments', 'settlement_journal', 'auth_log'])('has a view named %s', async (table) => {
    old.order('1').exec(`alter table ${table} rename to hidden; create view ${table} as select * from hidden`);
    expect(await refusal()).toContain(`it has no table ${table}`);
  });

  it('has triggers on every table, none of which fires', async () => {
    old.order('1').payment('a', alice.address, { order_id: '1' });
    for (const table of ['orders', 'payments', 'settlement_journal', 'exchange_rates']) {
      for (const event of ['insert', 'update', 'delete']) {
        old.exec(`create trigger ${event}_${table} before ${event} on ${table} begin delete from orders; end`);
      }
    }
    const bytes = () => statSync(file).mtimeMs;
    old.connection.pragma('wal_checkpoint');
    const before = bytes();
    await imported();
    expect(bytes()).toBe(before);
    expect(database.rows('select order_id from orders')).toEqual([{ order_id: '1' }]);
  });

  it('has tables named as those that the import works with, and as those of this server', async () => {
    old.order('1').payment('a', alice.address, { order_id: '1' });
    for (const name of ['scratch_orders', 'scratch_payments', 'accounts', 'customers', 'events', 'settlements']) {
      old.exec(
        `create table ${name} (id integer, order_id text, account text); insert into ${name} values (9, 'x', 'y')`,
      );
    }
    await imported();
    expect(database.rows('select order_id from orders')).toEqual([{ order_id: '1' }]);
    expect(database.rows('select account from accounts')).toEqual([{ account: alice.account }]);
  });
});

describe('its views', () => {
  it.each([
    ['reads what is not there', 'select x from nowhere', 'no such table'],
    ['calls what the import computes with', `select storable('7001') as customer_id`, 'unsafe use of storable'],
    ['has other columns', 'select 1 as one', 'no such column'],
  ])('one %s', async (_what, select, said) => {
    old.order('1').exec(`drop view customer_order_balance; create view customer_order_balance as ${select}`);
    const sentence = await refusal();
    expect(sentence).toContain(`The view customer_order_balance of ${file} cannot be read`);
    expect(sentence).toContain(said);
  });

  it('one says more than the rows', async () => {
    old
      .order('1')
      .payment('a', alice.address)
      .exec(`drop view address_balance;
      create view address_balance as select sender as address, amount + 1 as current_balance from payments`);
    expect(await refusal()).toMatch(/The view address_balance says 10\.000001 XTM of/);
  });

  it('one is about money that no row has', async () => {
    old.order('1').exec(`drop view address_balance;
      create view address_balance as select '${bob.address}' as address, 5000000 as current_balance`);
    expect(await refusal()).toContain(`The view address_balance says 5.000000 XTM of ${bob.address}, and no row does.`);
  });
});

describe('a file that changes while it is read', () => {
  const begin = () => {
    const opened = openOldDatabase(old.close());
    const work = planImport(opened, { now: IMPORT_TIME, returnsOvercharges: false, progress: () => undefined });
    return { opened, write: () => importInto(work, database.url, summaryOf(work)) };
  };

  it.each([
    ['is written to', () => utimesSync(file, new Date(), new Date(Date.now() + 5_000))],
    [
      'is replaced by another',
      () => {
        const other = join(newFolder(), 'other.db');
        copyFileSync(file, other);
        copyFileSync(other, `${file}.new`);
        renameSync(`${file}.new`, file);
      },
    ],
    ['gets a log beside it', () => writeFileSync(`${file}-wal`, 'x')],
  ])('%s', async (_what, change) => {
    old.order('1').payment('a', alice.address);
    const { opened, write } = begin();
    change();
    await expect(write()).rejects.toThrow(`${file} was written to or replaced while it was read. Nothing was kept.`);
    opened.close();
    for (const table of ['orders', 'payments', 'accounts', 'audit_log']) {
      expect(database.rows(`select * from ${table}`)).toEqual([]);
    }
  });

  it('is imported where nothing of it changed', async () => {
    old.order('1');
    const { opened, write } = begin();
    await write();
    opened.close();
    expect(database.rows('select order_id from orders')).toEqual([{ order_id: '1' }]);
  });
});

describe('texts', () => {
  it('that are UTF-8 come over as they are, without a word', async () => {
    const memo = 'Grüße aus Köln 💸 \ufffd';
    old.order('1', { memo }).payment('a', alice.address, { memo });
    const { report } = await imported();
    expect(database.rows('select memo from orders union all select memo from payments')).toEqual([{ memo }, { memo }]);
    expect(report.filter((line) => line.includes('its memo'))).toEqual([]);
  });

  it.each([
    ['a byte that is none', '61ff62', 'a\ufffdb'],
    ['half a surrogate pair', '61eda08062', 'a\ufffd\ufffd\ufffdb'],
    ['a character that is cut off', '61f09f98', 'a\ufffd'],
    ['an overlong slash', '61c0af62', 'a\ufffd\ufffdb'],
    ['NUL', '610062', 'a\ufffdb'],
  ])('with %s are replaced, and the report says where', async (_what, hex, kept) => {
    const texts = [`cast(x'${hex}' as text)`, `x'${hex}'`];
    for (const [index, text] of texts.entries()) {
      old.order(`${index}`).payment(`p${index}`, alice.address);
      old.exec(`update orders set memo = ${text} where order_id = '${index}';
        update payments set memo = ${text} where txid = 'p${index}'`);
    }
    const { report } = await imported();
    expect(database.rows('select memo from orders')).toEqual([{ memo: kept }, { memo: kept }]);
    expect(database.rows('select memo from payments')).toEqual([{ memo: kept }, { memo: kept }]);
    for (const index of texts.keys()) {
      expect(report).toContain(`  The order "${index}": its memo`);
      expect(report).toContain(`  The payment "p${index}": its memo`);
    }
  });

  it('that are two ids there and would be one here', async () => {
    old
      .order('1')
      .order('2')
      .exec(`update orders set order_id = cast(case id when 1 then x'ff' else x'fe' end as text)`);
    expect(await refusal()).toBe('The order "\ufffd" is there 2 times.');
  });

  it('are shown in the report without what steers a terminal', async () => {
    old.order('1').exec(`update orders set memo = cast(x'1b5d30ff' as text)`);
    const { report } = await imported();
    expect(report.join('')).not.toContain('\u001b');
  });
});

describe('numbers in columns of amounts', () => {
  it.each([
    ['9e999', 'Infinity'],
    ['-9e999', '-Infinity'],
    ['1e300', '1e+300'],
    ['9223372036854775808', '9223372036854776000'],
    ['5.5', '5.5'],
    [`x'05'`, `X'05'`],
    [`'5 XTM'`, '"5 XTM"'],
  ])('%s', async (value, shown) => {
    old.order('1').payment('a', alice.address).settlement('1', alice.address);
    for (const [table, column] of [
      ['orders', 'total_price'],
      ['payments', 'amount'],
      ['settlement_journal', 'amount'],
    ]) {
      old.exec(`update ${table} set ${column} = ${value}`);
    }
    const sentence = await refusal();
    expect(sentence).toContain(`The order "1": its total_price is not a whole number: ${shown}`);
    expect(sentence).toContain(`The payment "a": its amount is not a whole number: ${shown}`);
    expect(sentence).toContain(`The settlement 1 of the order "1": its amount is not a whole number: ${shown}`);
  });

  it.each(['New', 'Unclaimed', 'Paid', 'Expired', 'Cancelled'])(
    'a price of 0 of an order that is %s',
    async (status) => {
      old.order('1', { status, total_price: 0 }).payment('a', alice.address, { order_id: '1' });
      await imported();
      expect(database.rows('select status, total_price from orders')).toEqual([{ status, total_price: 0n }]);
      expect(database.rows('select unspent from payments')).toEqual([{ unspent: 10_000_000n }]);
    },
  );
});

describe('times', () => {
  it.each([
    ['2460000.5', '2460000.5'],
    [`'2026-11-30'`, '"2026-11-30"'],
    [`'06:36:08'`, '"06:36:08"'],
    [`'now'`, '"now"'],
    ['1796020570.25', '1796020570.25'],
    [`'2026-11-30 06:36:60'`, '"2026-11-30 06:36:60"'],
    ['2026', '2026'],
    ['0', '0'],
    ['-1796020570', '-1796020570'],
    [`x'32303236'`, `X'32303236'`],
  ])('%s is refused', async (value, shown) => {
    old.order('1').payment('a', alice.address);
    old.exec(`update orders set created_at = ${value}; update payments set updated_at = ${value}`);
    const sentence = await refusal();
    expect(sentence).toContain(`The order "1": its created_at is no time that is known: ${shown}.`);
    expect(sentence).toContain(`The payment "a": its updated_at is no time that is known: ${shown}.`);
  });

  it.each([
    ['1796020570', '2026-11-30T06:36:10.000Z'],
    ['1796020570250', '2026-11-30T06:36:10.250Z'],
    [`'2026-11-30T06:36'`, '2026-11-30T06:36:00.000Z'],
    [`'2026-11-30 06:36:08.5+02:00'`, '2026-11-30T04:36:08.500Z'],
  ])('%s is read', async (value, time) => {
    old.order('1').exec(`update orders set created_at = ${value}`);
    await imported();
    expect(database.rows('select created_at from orders')).toEqual([{ created_at: time }]);
  });
});
