import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { OpenedStore } from '#platform/database/open.ts';
import type { Lease } from '#platform/database/store.ts';
import { newDatabase, type TestDatabase } from '#test/database/database.ts';
import { openStore } from '#test/database/open.ts';

const NAME = 'chores';

/** Other tests have their own, in other databases of the same server. */
const DUTIES_HERE = `pg_locks where locktype = 'advisory'
  and database = (select oid from pg_database where datname = current_database())`;

let database: TestDatabase;
let stores: OpenedStore[];
let taken: Lease[];

beforeEach(async () => {
  database = await newDatabase();
  stores = await Promise.all([1, 2, 3].map(() => openStore(database.url, { maxConnections: 2 })));
  taken = [];
});

afterEach(async () => {
  vi.useRealTimers();
  for (const lease of taken) await lease.release();
  for (const store of stores) await store.close();
  await database.release();
});

async function take(store = stores[0], name = NAME): Promise<Lease | undefined> {
  const lease = await store?.acquireLease(name);
  if (lease) taken.push(lease);
  return lease;
}

it('is taken by one of several who ask at once', async () => {
  const leases = await Promise.all(stores.map((store) => take(store)));
  expect(leases.filter((lease) => lease !== undefined)).toHaveLength(1);
  expect(await take()).toBeUndefined();
});

it('is of its name: another lease is another one’s', async () => {
  expect(await take(stores[0])).toBeDefined();
  expect(await take(stores[1], 'another')).toBeDefined();
});

it('can be taken by another as soon as it is released', async () => {
  const lease = await take(stores[0]);
  await lease?.release();
  expect(lease?.lost.aborted).toBe(true);
  expect(await take(stores[1])).toBeDefined();
});

it('is lost with its connection, and whoever had it hears so', async () => {
  const lease = await take(stores[0]);
  expect(lease?.lost.aborted).toBe(false);
  database.rows(`select pg_terminate_backend(pid) from ${DUTIES_HERE}`);
  await vi.waitFor(() => expect(lease?.lost.aborted).toBe(true));
  expect(await take(stores[1])).toBeDefined();
});

it('is lost, before another may take it, by a holder whom the database does not answer', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] });
  const lease = await take(stores[0]);
  const backend = database.rows(`select pid from ${DUTIES_HERE}`);
  expect(backend).toHaveLength(1);
  process.kill(Number(backend[0]?.pid), 'SIGSTOP');
  try {
    vi.advanceTimersByTime(2_000);
    expect(lease?.lost.aborted).toBe(false);
    vi.advanceTimersByTime(4_000);
    vi.useRealTimers();
    await vi.waitFor(() => expect(lease?.lost.aborted).toBe(true));
  } finally {
    process.kill(Number(backend[0]?.pid), 'SIGCONT');
  }
});

it('is taken from a holder who says nothing', { timeout: 30_000 }, async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const lease = await take(stores[0]);
  vi.useRealTimers();
  await vi.waitFor(() => expect(lease?.lost.aborted).toBe(true), { timeout: 15_000, interval: 200 });
  expect(await take(stores[1])).toBeDefined();
});
