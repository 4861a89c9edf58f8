import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { StoreBrokenError } from '#platform/database/errors.ts';
import { isOnPostgres, newDatabase, type TestDatabase } from '#test/database/database.ts';
import { makeOld, OLD_VERSION } from '#test/database/old-database.ts';
import { migrations, openReader, openStore } from '#test/database/open.ts';
import { type BundledProgram, bundleProgram } from '#test/processes/bundled-program.ts';
import { spawn } from '#test/processes/child-process.ts';

/** Where the process is killed: spread over all of its statements. */
const KILLS = 16;

const OLD_NAMES = migrations.names.filter((name) => name.slice(0, 4) <= OLD_VERSION);

let database: TestDatabase;
let program: BundledProgram;
beforeAll(async () => {
  program = await bundleProgram('database/migrating-process');
});
afterAll(() => program.remove());

beforeEach(async () => {
  database = await newDatabase();
  await makeOld(database);
});
afterEach(() => database.release());

interface Ended {
  signal: NodeJS.Signals | null;
  stderr: string;
  statements: number;
  applied: string[];
}

/** Opens the database in a process of its own. @param dieBefore the statement before which it is killed; 0 is none. */
async function migrateInProcess(dieBefore: number): Promise<Ended> {
  const child = spawn(process.execPath, [program.file, database.url, String(dieBefore)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const signal = await new Promise<NodeJS.Signals | null>((resolve) => child.once('close', (_, by) => resolve(by)));
  const said = stdout === '' ? { statements: 0, applied: [] } : JSON.parse(stdout);
  return { signal, stderr, ...said };
}

const namesIn = () => database.rows('select name from kysely_migration order by name').map(({ name }) => String(name));

/** Every table, index, trigger and column that there is, but for what PostgreSQL names by itself. */
function schemaOf(): string[] {
  const query = isOnPostgres()
    ? `select table_name || '.' || column_name as object from information_schema.columns where table_schema = 'public'
       union select indexname from pg_indexes where schemaname = 'public'
       union select tgname || ' on ' || tgrelid::regclass from pg_trigger where not tgisinternal
       union select conname || pg_get_constraintdef(oid) from pg_constraint`
    : `select type || ' ' || coalesce(sql, name) as object from sqlite_master`;
  return database
    .rows(query)
    .map(({ object }) => String(object))
    .sort();
}

const rowsOf = (table: string) => database.rows(`select count(*) as count from ${table}`)[0]?.count;

describe('a database that is brought up to date', () => {
  it('is as before or as after, wherever the process is killed', { timeout: 180_000 }, async () => {
    const [before, contentBefore] = [schemaOf(), database.dump()];
    const rehearsal = await newDatabase();
    const untouched = database;
    database = rehearsal;
    await makeOld(database);
    const whole = await migrateInProcess(0);
    const after = schemaOf();
    database = untouched;
    await rehearsal.release();
    expect(whole).toMatchObject({ signal: null, stderr: '', applied: migrations.names.slice(OLD_NAMES.length) });

    const outcomes = new Set<string>();
    for (let kill = 0; kill < KILLS; kill += 1) {
      const dieBefore = 1 + Math.floor((kill * whole.statements) / KILLS);
      const { signal, stderr } = await migrateInProcess(dieBefore);
      expect([signal, stderr], `killed before statement ${dieBefore}`).toEqual(['SIGKILL', '']);
      const isMigrated = namesIn().length > OLD_NAMES.length;
      outcomes.add(isMigrated ? 'after' : 'before');
      expect(schemaOf(), `killed before statement ${dieBefore}`).toEqual(isMigrated ? after : before);
      if (!isMigrated) expect(database.dump()).toEqual(contentBefore);
      else await makeOld(database);
    }
    expect(outcomes).toContain('before');

    const last = await migrateInProcess(0);
    expect(last).toMatchObject({ signal: null, stderr: '' });
    expect(schemaOf()).toEqual(after);
    expect(['orders', 'payments', 'settlements', 'accounts'].map(rowsOf)).toEqual([3n, 3n, 3n, 3n]);
  });

  it('is migrated by one of several processes that start at once', { timeout: 60_000 }, async () => {
    const ended = await Promise.all([migrateInProcess(0), migrateInProcess(0), migrateInProcess(0)]);
    expect(ended.map(({ stderr }) => stderr)).toEqual(['', '', '']);
    expect(ended.map(({ applied }) => applied.length).sort((a, b) => a - b)).toEqual([
      0,
      0,
      migrations.names.length - OLD_NAMES.length,
    ]);
    expect(namesIn()).toEqual(migrations.names);
  });

  it('waits for an older server that writes', async () => {
    const letGo = database.lock();
    const opening = openStore(database.url, { maxConnections: 2 });
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    letGo();
    const store = await opening;
    await store.close();
    expect(namesIn()).toEqual(migrations.names);
  });

  it('is migrated although the clock was set back between two migrations', async () => {
    const [first] = OLD_NAMES;
    database.execute(`update kysely_migration set timestamp = '2039-01-01T00:00:00.000Z' where name = '${first}'`);
    await (await openStore(database.url, { maxConnections: 2 })).close();
    expect(namesIn()).toEqual(migrations.names);
  });
});

describe('a database of another version', () => {
  it('that is newer is refused with what to do, by servers and readers', async () => {
    await (await openStore(database.url, { maxConnections: 2 })).close();
    database.execute(`insert into kysely_migration values ('9999-of-the-future', '2030-01-01')`);
    for (const open of [() => openStore(database.url, { maxConnections: 2 }), () => openReader(database.url)]) {
      const refused: unknown = await open().catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(StoreBrokenError);
      expect(String(refused)).toMatch(/newer version .* 9999-of-the-future\. Run that version, or restore the backup/);
    }
  });

  it('that is older is not read, and stays as it is', async () => {
    const before = schemaOf();
    await expect(openReader(database.url)).rejects.toThrow(
      /older than this program: it lacks 0019-account-ordinals.*"taritools setup migrate/,
    );
    expect(schemaOf()).toEqual(before);
  });

  it('that lacks a migration among others is refused', async () => {
    await (await openStore(database.url, { maxConnections: 2 })).close();
    database.execute(`delete from kysely_migration where name like '0005%'`);
    await expect(openStore(database.url, { maxConnections: 2 })).rejects.toThrow(/but not 0005-.*restore a backup/);
  });
});
