import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StoreBrokenError } from '#platform/database/errors.ts';
import { openSqliteStore, type SqliteStore } from '#platform/database/sqlite/store.ts';
import { ORDER_STATUSES } from '#platform/database/tables.ts';
import { aNewOrder, NOW } from '#test/test-wallets.ts';

describe('the SQLite store', () => {
  let folder: string;
  let file: string;
  let store: SqliteStore;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tps-store-'));
    file = join(folder, 'nested', 'store.db');
    store = await openSqliteStore(`sqlite://${file}`, { maxReadConnections: 3 });
    await store.run((tx) => tx.customers.ensure('c1', NOW));
  });
  afterEach(async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const raw = () => new SqliteDatabase(file);

  it('makes folder and file, and applies every migration once', async () => {
    expect(store.appliedMigrations.length).toBeGreaterThan(5);
    await store.close();
    store = await openSqliteStore(`sqlite://${file}`, { maxReadConnections: 3 });
    expect(store.appliedMigrations).toEqual([]);
  });

  it('writes ahead and makes each commit durable', async () => {
    const database = raw();
    expect(database.pragma('journal_mode', { simple: true })).toBe('wal');
    database.close();
  });

  it('lets a later work of the same group see what an earlier one did', async () => {
    const [, seen] = await Promise.all([
      store.run((tx) => tx.orders.insert(aNewOrder({ orderId: 'o1' }))),
      store.run((tx) => tx.orders.find('o1')),
    ]);
    expect(seen?.orderId).toBe('o1');
  });

  it('says plainly that a file is not a database', async () => {
    const broken = join(folder, 'broken.db');
    writeFileSync(broken, 'this is no database, however long one looks at it'.repeat(100));
    await expect(openSqliteStore(`sqlite://${broken}`, { maxReadConnections: 1 })).rejects.toThrow(StoreBrokenError);
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
    const store = await openSqliteStore('sqlite://:memory:', { maxReadConnections: 3 });
    await store.run((tx) => tx.customers.ensure('c1', NOW));
    expect(await store.read((tx) => tx.customers.totals('c1'))).toBeDefined();
    await store.close();
  });
});
