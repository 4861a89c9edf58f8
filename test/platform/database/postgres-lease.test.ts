import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type OpenedStore, openStore } from '#platform/database/open.ts';
import type { Duty } from '#platform/database/store.ts';
import { newDatabase, type TestDatabase } from '#test/database/database.ts';

const NAME = 'chores';

/** Other tests have their own, in other databases of the same server. */
const DUTIES_HERE = `pg_locks where locktype = 'advisory'
  and database = (select oid from pg_database where datname = current_database())`;

let database: TestDatabase;
let stores: OpenedStore[];
let taken: Duty[];

beforeEach(async () => {
  database = await newDatabase();
  stores = await Promise.all([1, 2, 3].map(() => openStore(database.url, { maxConnections: 2 })));
  taken = [];
});

afterEach(async () => {
  vi.useRealTimers();
  for (const duty of taken) await duty.release();
  for (const store of stores) await store.close();
  await database.release();
});

async function take(store = stores[0], name = NAME): Promise<Duty | undefined> {
  const duty = await store?.takeDuty(name);
  if (duty) taken.push(duty);
  return duty;
}

it('is taken by one of several who ask at once', async () => {
  const duties = await Promise.all(stores.map((store) => take(store)));
  expect(duties.filter((duty) => duty !== undefined)).toHaveLength(1);
  expect(await take()).toBeUndefined();
});

it('is of its name: another duty is another one’s', async () => {
  expect(await take(stores[0])).toBeDefined();
  expect(await take(stores[1], 'another')).toBeDefined();
});

it('can be taken by another as soon as it is released', async () => {
  const duty = await take(stores[0]);
  await duty?.release();
  expect(duty?.lost.aborted).toBe(true);
  expect(await take(stores[1])).toBeDefined();
});

it('is lost with its connection, and whoever had it hears so', async () => {
  const duty = await take(stores[0]);
  expect(duty?.lost.aborted).toBe(false);
  database.rows(`select pg_terminate_backend(pid) from ${DUTIES_HERE}`);
  await vi.waitFor(() => expect(duty?.lost.aborted).toBe(true));
  expect(await take(stores[1])).toBeDefined();
});

it('is lost, before another may take it, by a holder whom the database does not answer', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] });
  const duty = await take(stores[0]);
  const backend = database.rows(`select pid from ${DUTIES_HERE}`);
  expect(backend).toHaveLength(1);
  process.kill(Number(backend[0]?.pid), 'SIGSTOP');
  try {
    vi.advanceTimersByTime(2_000);
    expect(duty?.lost.aborted).toBe(false);
    vi.advanceTimersByTime(4_000);
    vi.useRealTimers();
    await vi.waitFor(() => expect(duty?.lost.aborted).toBe(true));
  } finally {
    process.kill(Number(backend[0]?.pid), 'SIGCONT');
  }
});

it('is taken from a holder who says nothing', { timeout: 30_000 }, async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const duty = await take(stores[0]);
  vi.useRealTimers();
  await vi.waitFor(() => expect(duty?.lost.aborted).toBe(true), { timeout: 15_000, interval: 200 });
  expect(await take(stores[1])).toBeDefined();
});
