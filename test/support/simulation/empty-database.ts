import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { openSqliteStore } from '#platform/database/sqlite/store.ts';

/** An empty database that is up to date, made once: each history begins with a copy of it in memory. */
export async function emptyDatabase(): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'tps-simulation-'));
  try {
    const file = join(folder, 'empty.db');
    const store = await openSqliteStore(`sqlite://${file}`, { maxReadConnections: 1 });
    await store.close();
    const connection = new SqliteDatabase(file);
    // A write-ahead log needs files, which a database in memory has not.
    connection.pragma('journal_mode = delete');
    const image = connection.serialize();
    connection.close();
    return image;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
