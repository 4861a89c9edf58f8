import type { OpenedStore } from '#platform/database/open.ts';
import { afterFile } from '#test/vitest/after-file.ts';
import { isOnPostgres, newDatabase, type TestDatabase } from './database.ts';
import { openStore } from './open.ts';

/** To open a store and to close it takes longer than most tests do, so those of a file have one after each other. */
export class LentStore {
  readonly database: TestDatabase;
  readonly #store: OpenedStore;
  /** Until somebody does with it what lasts. */
  #isAsNew = true;

  constructor(database: TestDatabase, store: OpenedStore) {
    this.database = database;
    this.#store = store;
  }

  /** What its borrower gets. */
  lend(): OpenedStore {
    const spoil = () => {
      this.#isAsNew = false;
    };
    const { close, onCommitted, acquireLease } = this.#store;
    return {
      ...this.#store,
      close() {
        spoil();
        return close();
      },
      onCommitted(listener) {
        spoil();
        onCommitted(listener);
      },
      acquireLease(name) {
        spoil();
        return acquireLease(name);
      },
    };
  }

  /** Empties it for the next one. */
  async takeBack(): Promise<void> {
    if (this.#isAsNew && (await this.database.empty())) idle.push(this);
    else await this.end();
  }

  async end(): Promise<void> {
    await this.#store.close();
    await this.database.release();
  }
}

const idle: LentStore[] = [];

export async function borrowStore(): Promise<LentStore> {
  const waiting = idle.pop();
  if (waiting !== undefined) return waiting;
  afterFile(endIdle);
  const database = await newDatabase();
  return new LentStore(database, await openStoreOf(database));
}

/** Opens the store of a test's database. */
export function openStoreOf({ url }: TestDatabase): Promise<OpenedStore> {
  return openStore(url, { maxConnections: isOnPostgres() ? 5 : 2 });
}

async function endIdle(): Promise<void> {
  for (const store of idle.splice(0)) await store.end();
}
