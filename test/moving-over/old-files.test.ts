import {
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openOldDatabase } from '#moving-over/old/old-file.ts';
import { newDatabase, newFolder, type TestDatabase } from '#test/database/database.ts';
import { importFile } from '#test/importing.ts';
import { ACCOUNTS } from '#test/test-wallets.ts';
import { TpsDatabase } from '#test/tps-database.ts';

/** Files in every state in which an operator may have one. None of them is ever written to. */

const [alice] = ACCOUNTS;

let database: TestDatabase;
let folder: string;
let file: string;

beforeEach(async () => {
  database = await newDatabase();
  folder = newFolder();
  file = join(folder, 'tari_store.db');
});
afterEach(() => database.release());

const filled = () => new TpsDatabase(file).order('1').payment('a', alice.address);

/** A copy of what a server leaves that dies: what it kept last is in its write-ahead log. */
const leftWithALog = () => {
  const running = filled().exec('pragma journal_mode = wal').order('2');
  const copy = join(newFolder(), 'copy.db');
  for (const name of ['', '-wal']) copyFileSync(file + name, copy + name);
  running.close();
  return copy;
};

/** The same without a log: half a transaction is in the file, and what was there before is in its journal. */
const leftInATransaction = () => {
  const running = filled();
  running.exec('pragma cache_size = 1; begin');
  for (let number = 100; number < 600; number += 1) running.order(String(number));
  const copy = join(newFolder(), 'copy.db');
  for (const name of ['', '-journal']) copyFileSync(file + name, copy + name);
  running.exec('rollback').close();
  return copy;
};

/** Modes keep nothing from a superuser. Only what is done at once is done as another. */
function asPlainUser<Result>(run: () => Result): Result {
  const { geteuid, seteuid } = process;
  if (geteuid?.() !== 0) return run();
  seteuid?.(NOBODY);
  try {
    return run();
  } finally {
    seteuid?.(0);
  }
}
const NOBODY = 65534;

const contentOf = (of: string) =>
  Object.fromEntries(readdirSync(of).map((name) => [name, readFileSync(join(of, name), 'hex')]));

const refusal = async () => {
  const before = database.dump();
  const sentence = await importFile(file, database).then(
    () => 'imported',
    (error: Error) => error.message,
  );
  expect(database.dump()).toEqual(before);
  return sentence;
};

const ordersHere = () => database.rows('select order_id from orders').map((row) => row.order_id);

describe('a file that can be imported', () => {
  it('is read and not written to, with nothing left beside it', async () => {
    filled().close();
    const [bytes, { mtimeMs }] = [readFileSync(file), statSync(file)];
    await importFile(file, database);
    expect(ordersHere()).toEqual(['1']);
    expect(readFileSync(file).equals(bytes)).toBe(true);
    expect(statSync(file).mtimeMs).toBe(mtimeMs);
    for (const name of ['-wal', '-shm', '-journal']) expect(existsSync(file + name)).toBe(false);
  });

  it('has a write-ahead log beside it that was never worked in', async () => {
    const copy = leftWithALog();
    const bytes = ['', '-wal'].map((name) => readFileSync(copy + name));
    await importFile(copy, database);
    expect(ordersHere()).toEqual(['1', '2']);
    expect(['', '-wal'].map((name) => readFileSync(copy + name))).toEqual(bytes);
    expect(existsSync(`${copy}-shm`)).toBe(false);
  });

  it('was left by a server that died in the middle of a transaction', async () => {
    const copy = leftInATransaction();
    expect(statSync(`${copy}-journal`).size).toBeGreaterThan(0);
    await importFile(copy, database);
    expect(ordersHere()).toEqual(['1']);
  });

  it('may only be read, as on a medium, with what a server that died left beside it', () => {
    const medium = mkdtempSync(join(tmpdir(), 'medium-'));
    const kept = join(medium, 'tari_store.db');
    const copy = leftWithALog();
    for (const name of ['', '-wal']) {
      copyFileSync(copy + name, kept + name);
      chmodSync(kept + name, 0o444);
    }
    chmodSync(medium, 0o555);
    const orders = asPlainUser(() => {
      const old = openOldDatabase(kept);
      try {
        return old.connection.prepare('select order_id from old.orders').pluck().all();
      } finally {
        old.close();
      }
    });
    expect(orders).toEqual(['1', '2']);
    chmodSync(medium, 0o755);
    rmSync(medium, { recursive: true });
  });

  it('has a log beside it that its header does not know, as one that was copied over another', async () => {
    const copy = leftWithALog();
    const bytes = readFileSync(copy);
    // The versions for writing and reading: without a log.
    writeFileSync(copy, bytes.fill(1, 18, 20));
    const before = contentOf(dirname(copy));
    await importFile(copy, database);
    expect(contentOf(dirname(copy))).toEqual(before);
  });

  it.each([
    { left: () => leftWithALog(), orders: ['1', '2'], what: 'a log' },
    { left: () => leftInATransaction(), orders: ['1'], what: 'a journal' },
  ])('is named by a link, and has $what beside it', async ({ left, orders }) => {
    const copy = left();
    const link = join(folder, 'link.db');
    symlinkSync(copy, link);
    const before = contentOf(dirname(copy));
    await importFile(link, database);
    expect(ordersHere()).toEqual(orders);
    expect(contentOf(dirname(copy))).toEqual(before);
  });
});

describe('a file that can’t be imported', () => {
  it('is not there', async () => {
    expect(await refusal()).toBe(`There is no file ${file}.`);
  });

  it('is a folder', async () => {
    mkdirSync(file);
    expect(await refusal()).toBe(`${file} is a folder, not a database.`);
  });

  it('is empty', async () => {
    writeFileSync(file, '');
    expect(await refusal()).toBe(`${file} is empty: there is no database in it.`);
  });

  it.each(['{"orders": []}', 'x'.repeat(10_000)])('is of another kind', async (text) => {
    writeFileSync(file, text);
    expect(await refusal()).toBe(`${file} is no SQLite database, as tari_payment_server has one.`);
  });

  it('is cut off', async () => {
    const old = filled();
    for (let number = 100; number < 600; number += 1) old.order(String(number));
    old.close();
    writeFileSync(file, readFileSync(file).subarray(0, statSync(file).size / 2));
    expect(await refusal()).toMatch(/is broken \(.*\)\. Nothing was taken from it\./);
  });

  it('has a page of nonsense in it', async () => {
    const old = filled();
    for (let number = 100; number < 600; number += 1) old.order(String(number));
    old.close();
    const bytes = readFileSync(file);
    for (let at = 4096; at < bytes.length; at += 1) bytes[at] = (bytes[at] ?? 0) ^ 0x5a;
    writeFileSync(file, bytes);
    expect(await refusal()).toMatch(/is broken \(/);
  });

  it('is in use, whether or not anything is written', async () => {
    const running = filled();
    expect(await refusal()).toMatch(/is in use: stop tari_payment_server/);
    running.exec('pragma journal_mode = wal').order('2');
    expect(await refusal()).toMatch(/is in use/);
    running.close();
    const another = await newDatabase();
    await importFile(file, another);
    expect(another.rows('select order_id from orders')).toEqual([{ order_id: '1' }, { order_id: '2' }]);
    await another.release();
  });

  it('has no tables', async () => {
    new TpsDatabase(file, false).exec('pragma user_version = 1').close();
    expect(await refusal()).toMatch(/holds no tables\. Only the database of tari_payment_server 1\.10/);
  });

  it('is of another program', async () => {
    new TpsDatabase(file, 'create table notes (text)').close();
    expect(await refusal()).toMatch(/is the database of another program/);
  });

  it('is a database of this server', async () => {
    new TpsDatabase(file, 'create table kysely_migration (name text); create table orders (id integer)').close();
    expect(await refusal()).toMatch(/is a database of this server, and needs no import/);
  });

  it.each([
    { change: 'alter table orders drop column amount_outstanding', said: 'its table orders has no amount_outstanding' },
    { change: 'alter table payments add column fee integer', said: 'its table payments has fee, which 1.10 has not' },
    { change: 'drop table wallet_auth', said: 'it has no table wallet_auth' },
  ])('is of another version: $said', async ({ change, said }) => {
    filled().exec(change).close();
    const sentence = await refusal();
    expect(sentence).toContain(`${file} is of another version of tari_payment_server: ${said}.`);
    expect(sentence).toContain('starting tari_payment_server 1.10 with it once');
  });
});

describe('where it goes', () => {
  it('is never into the old file itself, by whichever name, nor into memory', async () => {
    filled().close();
    const bytes = readFileSync(file);
    const names = [file, join(folder, 'link.db'), join(folder, 'hard-link.db')] as const;
    symlinkSync(file, names[1]);
    linkSync(file, names[2]);
    for (const name of names) {
      const refused = expect(importFile(file, { url: `sqlite://${name}` })).rejects;
      await refused.toThrow(/is the old database, and also what -d/);
    }
    await expect(importFile(file, { url: 'sqlite://:memory:' })).rejects.toThrow(/would be gone at once/);
    expect(readFileSync(file).equals(bytes)).toBe(true);
  });

  it('is not into a database that somebody has open', async () => {
    filled().close();
    // It is read, and its reader stays.
    expect(database.rows('select 1 from orders')).toEqual([]);
    expect(await refusal()).toMatch(/is in use: stop the server that has it open/);
  });

  it('is not into a database that has been used', async () => {
    filled().close();
    database.execute(
      `insert into roles (account, role, created_at) values ('${alice.account}', 'user', '2026-03-10T12:00:00.000Z')`,
    );
    expect(await refusal()).toMatch(/is not empty: its table roles has rows\. An import needs a new database/);
  });

  it('is a file that is made, for its owner alone', async () => {
    filled().close();
    const made = join(folder, 'new', 'store.db');
    await importFile(file, { url: `sqlite://${made}` });
    expect(statSync(made).mode & 0o077).toBe(0);
    const opened = new SqliteDatabase(made, { readonly: true });
    expect(opened.prepare('select order_id from orders').pluck().all()).toEqual(['1']);
    opened.close();
  });
});
