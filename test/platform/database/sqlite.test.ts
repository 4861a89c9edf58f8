import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { customerRepository } from '#engine/store/customers.ts';
import { orderRepository } from '#engine/store/orders.ts';
import { ORDER_STATUSES } from '#engine/store/tables.ts';
import { StoreBrokenError } from '#platform/database/errors.ts';
import { openSqliteStore, type SqliteStore } from '#platform/database/sqlite/store.ts';
import { migrations } from '#test/database/open.ts';
import { aNewOrder, NOW } from '#test/test-wallets.ts';

/** How SQLite writes `synchronous = full`: each commit is on the disk before it is answered. */
const FULL = 2n;

describe('the SQLite store', () => {
  let folder: string;
  let file: string;
  let store: SqliteStore;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tps-store-'));
    file = join(folder, 'nested', 'store.db');
    store = await openSqliteStore(`sqlite://${file}`, { maxReadConnections: 3, migrations });
    await store.run((tx) => tx.use(customerRepository).ensure('c1', NOW));
  });
  afterEach(async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const raw = () => new SqliteDatabase(file);

  it('makes folder and file, and applies every migration once', async () => {
    expect(store.appliedMigrations.length).toBeGreaterThan(5);
    await store.close();
    store = await openSqliteStore(`sqlite://${file}`, { maxReadConnections: 3, migrations });
    expect(store.appliedMigrations).toEqual([]);
  });

  it('writes ahead, makes each commit durable, and looks after references', async () => {
    await store.close();
    const pragma = vi.spyOn(SqliteDatabase.prototype, 'pragma');
    store = await openSqliteStore(`sqlite://${file}`, { maxReadConnections: 3, migrations });
    const connections = new Set(pragma.mock.contexts as SqliteDatabase.Database[]);
    pragma.mockRestore();
    const [writer, ...others] = [...connections].filter(({ readonly }) => !readonly);
    const settingOf = (name: string) => writer?.pragma(name, { simple: true });
    expect(['journal_mode', 'synchronous', 'foreign_keys'].map(settingOf)).toEqual(['wal', FULL, 1n]);
    expect(others).toEqual([]);
  });

  it('leaves no limit bare, for which SQLite would plan the query again at each run', async () => {
    const prepare = vi.spyOn(SqliteDatabase.prototype, 'prepare');
    await store.run((tx) => tx.use(orderRepository).unchangedSince('New', NOW, 5));
    await store.read((tx) => tx.use(orderRepository).named('#1001', ['New'], 2));
    const limited = prepare.mock.calls.map(([text]) => text).filter((text) => /\b(limit|offset)\b/.test(text));
    prepare.mockRestore();
    expect(limited).toHaveLength(2);
    expect(limited.filter((text) => /\b(limit|offset) \?(?! \+ 0)/.test(text))).toEqual([]);
  });

  it('refuses what refers to something that is not there, from its first start on', async () => {
    const insert = (orderId: string) =>
      store.run((tx) => tx.use(orderRepository).insert(aNewOrder({ orderId, customerId: 'nobody' })));
    await expect(insert('o1')).rejects.toThrow(/FOREIGN KEY/);
    await store.close();
    store = await openSqliteStore(`sqlite://${file}`, { maxReadConnections: 3, migrations });
    await expect(insert('o1')).rejects.toThrow(/FOREIGN KEY/);
    expect(await store.read((tx) => tx.use(orderRepository).find('o1'))).toBeUndefined();
  });

  it('keeps its files for their owner alone', () => {
    const modes = readdirSync(dirname(file)).map((name) => [name, statSync(join(dirname(file), name)).mode & 0o777]);
    expect(Object.fromEntries(modes)).toEqual({ 'store.db': 0o600, 'store.db-wal': 0o600, 'store.db-shm': 0o600 });
  });

  it('lets a later work of the same group see what an earlier one did', async () => {
    const [, seen] = await Promise.all([
      store.run((tx) => tx.use(orderRepository).insert(aNewOrder({ orderId: 'o1' }))),
      store.run((tx) => tx.use(orderRepository).find('o1')),
    ]);
    expect(seen?.orderId).toBe('o1');
  });

  it('says plainly that a file is not a database', async () => {
    const broken = join(folder, 'broken.db');
    writeFileSync(broken, 'this is no database, however long one looks at it'.repeat(100));
    await expect(openSqliteStore(`sqlite://${broken}`, { maxReadConnections: 1, migrations })).rejects.toThrow(
      StoreBrokenError,
    );
  });

  it('takes every state of an order that the program knows', async () => {
    const database = raw();
    const definition = database.prepare(`select sql from sqlite_master where name = 'orders'`).pluck().get();
    for (const status of ORDER_STATUSES) expect(definition).toContain(`'${status}'`);
    database.close();
  });
});

describe('a store in memory', () => {
  it('reads and writes over its one connection', async () => {
    const store = await openSqliteStore('sqlite://:memory:', { maxReadConnections: 3, migrations });
    await store.run((tx) => tx.use(customerRepository).ensure('c1', NOW));
    expect(await store.read((tx) => tx.use(customerRepository).totals('c1'))).toBeDefined();
    await store.close();
  });
});
