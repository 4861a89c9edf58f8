import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { orderRepository } from '#engine/store/orders.ts';
import { StoreBrokenError, StoreUnavailableError } from '#platform/database/errors.ts';
import { newSqliteDatabase, type SqliteTestDatabase } from '#test/database/database.ts';
import { interruptMigration, makeOld } from '#test/database/old-database.ts';
import { migrations, openStore } from '#test/database/open.ts';
import { NO_SETTINGS_FILE } from '#test/processes/child-process.ts';
import { aNewOrder } from '#test/test-wallets.ts';

let database: SqliteTestDatabase;

beforeEach(() => {
  database = newSqliteDatabase();
});
afterEach(() => database.release());

const schema = () => database.rows('select type, name, sql from sqlite_master order by type, name');
const open = () => openStore(database.url, { maxConnections: 2 });

describe('a SQLite database', () => {
  it.each([1, 3, 6, 10, 20])(
    'that an old version left half migrated is recognised: %i statements',
    async (statements) => {
      await makeOld(database);
      await interruptMigration(database, '0019-account-ordinals', statements);
      const before = schema();
      const refused: unknown = await open().catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(StoreBrokenError);
      expect(String(refused)).toMatch(/half migrated: .*0019-account-ordinals.*Restore the backup/);
      expect(schema()).toEqual(before);
    },
  );

  it('has its references enforced again after a migration', async () => {
    await makeOld(database);
    const store = await open();
    await expect(
      store.run((tx) => tx.use(orderRepository).insert(aNewOrder({ customerId: 'nobody' }))),
    ).rejects.toThrow('FOREIGN KEY');
    await store.close();
  });

  it('is not migrated where a reference would be broken', async () => {
    await makeOld(database);
    const past = new SqliteDatabase(database.file);
    past.pragma('foreign_keys = off');
    past.exec(`update orders set customer_id = 'nobody'`);
    past.close();
    await expect(open()).rejects.toThrow(/row of orders would refer to a row of customers that does not exist/);
    expect(database.rows('select count(*) as count from kysely_migration')).toEqual([{ count: 18n }]);
  });

  it('stays as it was where the disk is full in the middle', async () => {
    await makeOld(database);
    const before = schema();
    const pages = Number(database.rows('pragma page_count')[0]?.page_count);
    const refused = await openWithin(pages);
    expect(refused).toBeInstanceOf(StoreUnavailableError);
    expect(String(refused)).toMatch(/full/);
    expect(schema()).toEqual(before);
    await (await open()).close();
    expect(database.rows('select name from kysely_migration').length).toBe(migrations.names.length);
  });
});

/** Opens the database while it may not grow beyond so many pages. */
async function openWithin(pages: number): Promise<unknown> {
  const { prototype } = SqliteDatabase as unknown as { prototype: { exec(text: string): unknown } };
  const { exec } = prototype;
  prototype.exec = function (this: { pragma(text: string): unknown }, text: string) {
    if (text === 'begin immediate') this.pragma(`max_page_count = ${pages}`);
    return exec.call(this, text);
  };
  try {
    return await open().then(
      (store) => store.close(),
      (error: unknown) => error,
    );
  } finally {
    prototype.exec = exec;
  }
}

describe('a path where no database can be', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tps-path-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it.each(['/proc/x', '/proc/x/y.db', '/sys/a/b.db', '/dev/null/a.db'])(
    'ends the start with a sentence: %s',
    { timeout: 20_000 },
    (path) => {
      const { status, signal, stderr } = spawnSync(process.execPath, ['dist/tari-payment-server.js'], {
        env: { PATH: process.env.PATH, ...NO_SETTINGS_FILE, TPG_DATABASE_URL: `sqlite://${path}`, TPG_PORT: '0' },
        encoding: 'utf8',
        timeout: 15_000,
      });
      expect([status, signal, stderr]).toEqual([1, null, expect.stringMatching(/^The server could not start: .*\n$/)]);
    },
  );

  it.each([
    ['tari-payment-server', '--help', /^Usage: tari-payment-server/],
    ['tari-payment-server', '-h', /^Usage: tari-payment-server/],
    ['tari-payment-server', '--version', /^\d+\.\d+\.\d+\n$/],
    ['taritools', '--version', /^\d+\.\d+\.\d+\n$/],
    ['taritools', '-V', /^\d+\.\d+\.\d+\n$/],
  ])('%s %s answers and starts nothing', (program, argument, said) => {
    const file = join(folder, 'store.db');
    const { status, stdout, stderr } = spawnSync(process.execPath, [`dist/${program}.js`, argument], {
      env: {
        PATH: process.env.PATH,
        ...NO_SETTINGS_FILE,
        TPG_DATABASE_URL: `sqlite://${file}`,
        TPG_PORT: '0',
        HOME: folder,
      },
      encoding: 'utf8',
      timeout: 15_000,
    });
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(said);
    expect(() => readFileSync(file)).toThrow('ENOENT');
  });

  it('an unknown argument starts nothing either', () => {
    const { status, stderr } = spawnSync(process.execPath, ['dist/tari-payment-server.js', 'migrate'], {
      env: { PATH: process.env.PATH, ...NO_SETTINGS_FILE, TPG_DATABASE_URL: `sqlite://${join(folder, 'store.db')}` },
      encoding: 'utf8',
      timeout: 15_000,
    });
    expect([status, stderr]).toEqual([2, expect.stringContaining('There is no argument "migrate"')]);
  });
});
