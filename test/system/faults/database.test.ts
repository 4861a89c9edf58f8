import { execFileSync } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  statSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { describe, expect, it, type TestContext, vi } from 'vitest';
import type { Connection } from '#platform/database/sqlite/store.ts';
import { openStore } from '#test/database/open.ts';
import { aPlace, differencesIn, keptOrders, type Place, sendOrder } from '#test/faults/server.ts';
import {
  ADMIN,
  errorOf,
  eventually,
  orderBody,
  startServer,
  type TestServer,
  type TestServerOptions,
} from '#test/server.ts';
import { ACCOUNTS } from '#test/test-wallets.ts';

const [ALICE] = ACCOUNTS;

/** What readiness found out is kept this long, whoever asks. */
const FRESH_FOR_MS = 2_000;

/** How long the server waits for another process that holds the database. */
const MAX_WAIT_MS = 2_000;

/** A server of the test's own, ended behind it. */
async function serverFor({ onTestFinished }: TestContext, options?: TestServerOptions): Promise<TestServer> {
  const server = await startServer(options);
  onTestFinished(() => server.close());
  return server;
}

/** Where a server of the test's own can be started as a process. */
function placeFor({ onTestFinished }: TestContext, databaseFolder?: string): Place {
  const place = aPlace(databaseFolder);
  onTestFinished(() => place.clear());
  return place;
}

/** A server, and the one connection by which it writes. */
async function serverWithConnection(context: TestContext): Promise<{ server: TestServer; connection: Connection }> {
  const pragma = vi.spyOn(SqliteDatabase.prototype, 'pragma');
  context.onTestFinished(() => void vi.restoreAllMocks());
  const server = await serverFor(context, { start: true });
  const index = pragma.mock.calls.findLastIndex(([text]) => text === 'journal_mode = wal');
  const connection = pragma.mock.contexts[index] as Connection;
  return { server, connection };
}

/** What a database does that can't be written now, and that can again: refuse, say so, and go on by itself. */
async function refusesAndRecovers(server: TestServer, breakIt: () => void, mendIt: () => void): Promise<void> {
  const reader = await server.logIn(ADMIN, 'super_admin', 'read_all', 'write');
  await server.order({ id: 1001 });
  breakIt();
  const before = server.everything();
  const refusals = [
    await server.webhook(orderBody({ id: 1002 })),
    await server.claim(ALICE, '1001'),
    await server.reportPayment({ txid: '77' }),
    await server.post('/api/exchange_rate', { currency: 'USD', rate: 5 }, { token: reader }),
    await server.postAuth(server.loginToken(ADMIN, ['super_admin'])),
  ];
  for (const refusal of refusals) {
    expect(errorOf(refusal)).toMatchObject({ status: 503, code: 'unavailable' });
    expect(refusal.headers.get('retry-after')).toBe('5');
    expect(refusal.text).not.toMatch(/sqlite|disk|readonly/i);
  }
  expect(server.everything()).toEqual(before);
  const ready = await server.get('/health/ready');
  expect(ready.status).toBe(503);
  expect(ready.json).toMatchObject({ ready: false, database: 'unavailable' });
  expect(ready.json.reasons).toEqual([expect.stringContaining('cannot be written')]);
  expect((await server.get('/health/live')).status).toBe(200);
  expect((await server.get('/api/order/id/1001', { token: reader })).status).toBe(200);

  mendIt();
  expect((await server.webhook(orderBody({ id: 1002 }))).json).toMatchObject({ success: true });
  expect((await server.claim(ALICE, '1001')).status).toBe(200);
  expect((await server.reportPayment({ txid: '77' })).status).toBe(200);
  await eventually(async () => expect((await server.get('/health/ready')).status).toBe(200), 2 * FRESH_FOR_MS);
  expect(await differencesIn(server.database)).toEqual([]);
}

describe('a database that may only be read', () => {
  it('is said, keeps nothing of what is refused, and is over by itself', async (context) => {
    const { server, connection } = await serverWithConnection(context);
    const protect = () => connection.pragma('query_only = on');
    await refusesAndRecovers(server, protect, () => connection.pragma('query_only = off'));
    expect(server.logText).toContain('attempt to write a readonly database');
  });
});

describe('a database that may grow no more', () => {
  it('is survived, wherever no disk can be filled: SQLite says the same of its own limit', async (context) => {
    const { server, connection } = await serverWithConnection(context);
    const pages = () => Number(connection.pragma('page_count', { simple: true }));
    connection.pragma(`max_page_count = ${pages() + 40}`);
    const taken: number[] = [];
    let answer = await server.webhook(orderBody({ id: 1 }));
    for (let id = 1; answer.status === 200; id += 1) {
      taken.push(id);
      answer = await server.webhook(orderBody({ id: id + 1 }));
    }
    expect(errorOf(answer)).toMatchObject({ status: 503, code: 'unavailable' });
    expect(answer.headers.get('retry-after')).toBe('5');
    expect(server.logText).toContain('database or disk is full');
    expect(keptOrders(server.database)).toEqual(new Set(taken));
    expect((await server.get('/health/live')).status).toBe(200);

    connection.pragma(`max_page_count = ${pages() + 10_000}`);
    await server.order({ id: taken.length + 1 });
    expect(keptOrders(server.database)).toEqual(new Set([...taken, taken.length + 1]));
    expect(await differencesIn(server.database)).toEqual([]);
  });
});

/** Whether something can be done here, such as mounting, for which one must be root. */
function canDo(command: string, ...parameters: string[]): boolean {
  try {
    execFileSync(command, parameters, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Sends orders until one is refused. Answers which were taken, and which was refused. */
async function sendUntilRefused(url: string, first: number): Promise<{ taken: number[]; refused: number }> {
  const taken: number[] = [];
  for (let id = first; id < first + 20_000; id += 1) {
    const answer = await sendOrder(url, id);
    if (answer.status !== 200) {
      expect(answer.status).toBe(503);
      expect(answer.headers.get('retry-after')).toBe('5');
      return { taken, refused: id };
    }
    taken.push(id);
  }
  throw new Error('The disk is never full');
}

/** Fills the disk, and has it emptied again: what was answered is there, also after the process was killed. */
async function survivesFullDisk(place: Place, settle: (pid: number) => { fill(): void; empty(): void }): Promise<void> {
  const process = await place.start();
  const { url } = process;
  const disk = settle(process.pid);
  expect((await sendOrder(url, 1)).status).toBe(200);
  disk.fill();
  const { taken, refused } = await sendUntilRefused(url, 2);
  await eventually(async () => {
    const ready = await fetch(`${url}/health/ready`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({ database: 'unavailable', reasons: [expect.any(String)] });
  }, 2 * FRESH_FOR_MS);
  expect((await fetch(`${url}/health/live`)).status).toBe(200);
  disk.empty();
  await eventually(async () => expect((await sendOrder(url, refused)).status).toBe(200));
  await eventually(async () => expect((await fetch(`${url}/health/ready`)).status).toBe(200), 2 * FRESH_FOR_MS);
  await process.kill();

  const again = await place.start();
  const kept = keptOrders(place.database);
  expect([1, ...taken, refused].filter((id) => !kept.has(id))).toEqual([]);
  expect(kept.size).toBe(taken.length + 2);
  expect(await differencesIn(place.database)).toEqual([]);
  expect(await again.stop()).toBe(0);
}

const CAN_LIMIT = canDo('prlimit', '--version');
const CAN_MOUNT = canDo('unshare', '--mount', 'true');

describe.concurrent('a real disk', () => {
  it.skipIf(!CAN_LIMIT)(
    'that takes no more is survived: files may not grow for a while',
    { timeout: 60_000 },
    async (context) => {
      const place = placeFor(context);
      const { file } = place;
      await survivesFullDisk(place, (pid) => {
        const limit = (bytes: number | 'unlimited') =>
          execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:unlimited`]);
        return { fill: () => limit(statSync(`${file}-wal`).size), empty: () => limit('unlimited') };
      });
    },
  );

  it.skipIf(!CAN_MOUNT)('that is full is survived: a file system of 4 MB', { timeout: 60_000 }, async () => {
    const outer = aPlace();
    const disk = join(outer.folder, 'disk');
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', disk]);
    const filler = join(disk, 'filler');
    const place = aPlace(disk);
    try {
      await survivesFullDisk(place, () => ({
        fill: () => fillUp(filler),
        empty: () => unlinkSync(filler),
      }));
    } finally {
      await place.clear();
      execFileSync('umount', ['-l', disk]);
      await outer.clear();
    }
  });
});

/** Leaves no room for more than a few orders. */
function fillUp(file: string): void {
  const handle = openSync(file, 'w');
  try {
    for (;;) writeSync(handle, Buffer.alloc(4096));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    closeSync(handle);
  }
}

describe('a database that another process holds', () => {
  it('holds up writers alone: reads are answered at once, and the write when it is free again', async (context) => {
    const server = await serverFor(context);
    const token = await server.logIn(ADMIN, 'super_admin', 'read_all');
    await server.order({ id: 1001 });
    const unlock = server.lockDatabase();
    const writing = server.webhook(orderBody({ id: 1002 }));
    const startedAt = performance.now();
    let reads = 0;
    while (performance.now() - startedAt < 700) {
      const askedAt = performance.now();
      expect((await server.get('/health/live')).status).toBe(200);
      expect((await server.get('/api/order/id/1001', { token })).status).toBe(200);
      // A writer that waited in SQLite would keep them waiting for two seconds.
      expect(performance.now() - askedAt).toBeLessThan(1_000);
      reads += 1;
    }
    expect(reads).toBeGreaterThan(3);
    unlock();
    expect((await writing).json).toMatchObject({ success: true });
    expect(keptOrders(server.database)).toEqual(new Set([1001, 1002]));
  });

  it('is waited for two seconds, and no longer', async (context) => {
    const server = await serverFor(context);
    const unlock = server.lockDatabase();
    const startedAt = performance.now();
    const answers = await Promise.all([server.webhook(orderBody({ id: 1 })), server.webhook(orderBody({ id: 2 }))]);
    expect(performance.now() - startedAt).toBeGreaterThan(MAX_WAIT_MS * 0.9);
    for (const answer of answers) {
      expect(errorOf(answer)).toMatchObject({ status: 503, code: 'unavailable' });
      expect(answer.headers.get('retry-after')).toBe('5');
    }
    expect(keptOrders(server.database)).toEqual(new Set());
    unlock();
    await server.order({ id: 1 });
    expect(keptOrders(server.database)).toEqual(new Set([1]));
  });
});

describe('a write-ahead log whose end is damaged', () => {
  const ORDERS = 12;

  /** What a disk may leave of a log that was written last, though it said that it was kept; and how many orders then. */
  const damages: [string, (log: string) => void, number][] = [
    ['is cut in the middle of a page', (log) => truncateSync(log, statSync(log).size - 2_000), ORDERS - 1],
    ['holds other bytes', (log) => writeAt(log, statSync(log).size - 3_000, Buffer.alloc(500, 0xa5)), ORDERS - 1],
    [
      'lacks the header of its last page',
      (log) => writeAt(log, statSync(log).size - 4_120, Buffer.alloc(24)),
      ORDERS - 1,
    ],
    [
      'is followed by what was never committed',
      (log) => writeFileSync(log, Buffer.alloc(9_000, 7), { flag: 'a' }),
      ORDERS,
    ],
  ];

  it('is used up to the damage: all commits before it are there', { timeout: 60_000 }, async (context) => {
    const place = placeFor(context);
    const { file } = place;
    const first = await place.start();
    for (let id = 1; id <= ORDERS; id += 1) expect((await sendOrder(first.url, id)).status).toBe(200);
    await first.kill();
    expect(existsSync(`${file}-wal`)).toBe(true);

    for (const [name, damage, ordersLeft] of damages) {
      const copy = await place.database.copy();
      copyFileSync(`${file}-wal`, `${copy.file}-wal`);
      damage(`${copy.file}-wal`);
      const store = await openStore(copy.url, { maxConnections: 1 });
      await store.close();
      expect(keptOrders(copy).size, name).toBe(ordersLeft);
      expect(await differencesIn(copy), name).toEqual([]);
      await copy.release();
    }

    const [[, damage] = []] = damages;
    damage?.(`${file}-wal`);
    const second = await place.start();
    expect(keptOrders(place.database).size).toBe(ORDERS - 1);
    expect((await sendOrder(second.url, ORDERS)).status).toBe(200);
    expect(await second.stop()).toBe(0);
    expect(keptOrders(place.database).size).toBe(ORDERS);
    expect(await differencesIn(place.database)).toEqual([]);
  });
});

function writeAt(file: string, position: number, bytes: Buffer): void {
  const handle = openSync(file, 'r+');
  writeSync(handle, bytes, 0, bytes.length, position);
  closeSync(handle);
}
