import { copyFileSync, existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import SqliteDatabase from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aPlace, keptOrders, orderRequest, type Place, sendOrder, WEBHOOK } from '#test/faults/server.ts';
import type { ServerProcess } from '#test/processes/server-process.ts';
import { eventually } from '#test/server.ts';

let place: Place;
let server: ServerProcess;
let backup: string;

/** A server with order 1 in its backup, and order 2 after it. */
beforeEach(async () => {
  place = aPlace();
  server = await place.start();
  expect((await sendOrder(server.url, 1)).status).toBe(200);
  backup = `${place.file}.backup`;
  const reader = new SqliteDatabase(place.file, { readonly: true });
  await reader.backup(backup);
  reader.close();
  expect((await sendOrder(server.url, 2)).status).toBe(200);
});
afterEach(() => place.clear());

/** The backup restored as SQLite's own tool does it, through locks and log. */
async function restoreThroughSqlite(): Promise<void> {
  const source = new SqliteDatabase(backup, { readonly: true });
  await source.backup(place.file);
  source.close();
}

const replacements: [string, () => void | Promise<void>][] = [
  ['another file is put in its place', () => renameSync(backup, place.file)],
  ['the file is removed', () => rmSync(place.file)],
  ['the backup is copied into the file', () => copyFileSync(backup, place.file)],
  ['the backup is restored through SQLite', restoreThroughSqlite],
  [
    'another database is copied into the file',
    () => {
      const other = new SqliteDatabase(`${place.file}.other`);
      other.exec('create table orders (order_id text)');
      other.close();
      copyFileSync(`${place.file}.other`, place.file);
    },
  ],
];

describe('a database that is replaced beneath the server', () => {
  it.each(replacements)('is noticed, and nothing is answered with 200: %s', async (_, replace) => {
    await replace();
    expect((await sendOrder(server.url, 3)).status).toBe(503);
    // A repeat of what was kept before is no better.
    const { body, headers } = orderRequest(2);
    expect((await fetch(`${server.url}${WEBHOOK}`, { method: 'POST', body, headers })).status).toBe(503);
    expect((await fetch(`${server.url}/wallet/send_to`)).status).toBe(503);
    expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
    await eventually(async () => {
      const ready = await fetch(`${server.url}/health/ready`);
      expect([ready.status, await ready.json()]).toEqual([
        503,
        expect.objectContaining({ reasons: [expect.stringMatching(/while the server was running.*restarted/)] }),
      ]);
    });
  });

  it.each([
    ['ends in order', 'stop'],
    ['is killed', 'kill'],
  ] as const)('keeps all that its log still holds after the server %s', async (_, end) => {
    await restartOver(() => copyFileSync(backup, place.file), end);
    expect(integrity()).toBe('ok');
    // Every page that the backup has older is in the log.
    expect(keptOrders(place.database)).toEqual(new Set([1, 2]));
  });

  it.each([
    ['ends in order', 'stop'],
    ['is killed', 'kill'],
  ] as const)('by a renamed file is exactly the backup after the server %s', async (_, end) => {
    await restartOver(() => renameSync(backup, place.file), end);
    expect(integrity()).toBe('ok');
    expect(keptOrders(place.database)).toEqual(new Set([1]));
  });

  it.each([
    ['ends in order', 'stop'],
    ['is killed', 'kill'],
  ] as const)('by an older copy than its file is exactly that copy after the server %s', async (_, end) => {
    // What was only in the log goes into the file, as it does after each 8 MiB.
    const writer = new SqliteDatabase(place.file);
    writer.pragma('wal_checkpoint(full)');
    writer.close();
    expect((await sendOrder(server.url, 4)).status).toBe(200);
    await restartOver(() => copyFileSync(backup, place.file), end);
    expect(integrity()).toBe('ok');
    expect(keptOrders(place.database)).toEqual(new Set([1]));
    expect(readdirSync(place.database.folder)).toContain('store.db-wal.replaced-1');
  });

  it('is not suspected where another process only reads it, writes the log into it or adds to it', async () => {
    const other = new SqliteDatabase(place.file);
    other.pragma('wal_checkpoint(truncate)');
    expect((await sendOrder(server.url, 3)).status).toBe(200);
    other.exec(`insert into roles values ('${'0'.repeat(66)}', 'write', '2026-01-01T00:00:00.000Z')`);
    other.pragma('wal_checkpoint(passive)');
    expect((await sendOrder(server.url, 4)).status).toBe(200);
    await other.backup(`${place.file}.second`);
    other.exec('vacuum');
    expect((await sendOrder(server.url, 5)).status).toBe(200);
    other.close();
    expect((await sendOrder(server.url, 6)).status).toBe(200);
    expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
    await server.stop();
    expect(existsSync(`${place.file}-wal`)).toBe(false);
    expect(keptOrders(place.database)).toEqual(new Set([1, 2, 3, 4, 5, 6]));
  });
});

/** Replaces the database, has the server notice, ends it, and starts another. */
async function restartOver(replace: () => void, end: 'stop' | 'kill'): Promise<void> {
  replace();
  expect((await sendOrder(server.url, 3)).status).toBe(503);
  await server[end]();
  server = await place.start();
}

function integrity(): unknown {
  const database = new SqliteDatabase(place.file, { readonly: true });
  try {
    return database.pragma('integrity_check', { simple: true });
  } finally {
    database.close();
  }
}
