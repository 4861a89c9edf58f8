import SqliteDatabase from 'better-sqlite3';
import pg from 'pg';
import { openStore } from '#platform/database/open.ts';

/**
 * A process that opens a database, and dies without a word before a statement: `URL STATEMENT`. With 0 it lives, and
 * prints how many statements it has made and which migrations it has applied.
 */

const [url = '', dieBefore = '0'] = process.argv.slice(2);
let statements = 0;

function count(): void {
  statements += 1;
  if (statements === Number(dieBefore)) process.kill(process.pid, 'SIGKILL');
}

function counted<Owner extends object>(owner: Owner, name: keyof Owner): void {
  const original = owner[name] as (...given: unknown[]) => unknown;
  owner[name] = function (this: unknown, ...given: unknown[]) {
    count();
    return original.apply(this, given);
  } as Owner[keyof Owner];
}

counted(SqliteDatabase.prototype, 'prepare');
counted(SqliteDatabase.prototype, 'exec');
counted(pg.Client.prototype, 'query');

async function main(): Promise<void> {
  const store = await openStore(url, { maxConnections: 2 });
  await store.read((tx) => tx.events.lastId());
  await store.close();
  process.stdout.write(JSON.stringify({ statements, applied: store.appliedMigrations }));
}

void main();
