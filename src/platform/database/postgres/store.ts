import { setTimeout as sleep } from 'node:timers/promises';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { StoreBrokenError, StoreUnavailableError } from '#platform/database/errors.ts';
import { GroupCommit } from '#platform/database/group-commit.ts';
import { isUpToDate, migrate, requireUpToDate } from '#platform/database/migrate.ts';
import type { Migrations } from '#platform/database/migrations.ts';
import type { Reader, Store, Transaction, UnitOfWork } from '#platform/database/store.ts';
import { EventFollower } from '#platform/outbox/postgres-follower.ts';
import { eventRepository } from '#platform/outbox/store/events.ts';
import { doubledPauseMs } from '#platform/timers/backoff.ts';
import { clientConfig, FOREVER, openPool, type PostgresOptions } from './connections.ts';
import { translate } from './errors.ts';
import { PostgresIdentity } from './identity.ts';
import { acquirePostgresLease } from './lease.ts';
import { postgresSchema } from './schema.ts';
import { isRefusal, PostgresSession } from './session.ts';
import { postgresWriter, TransactionLost } from './writer.ts';

/** The length of the queue of reads. Beyond this the database is seconds behind, and refusing is kinder than making callers wait. */
const MAX_READS_WAITING = 5000;

/**
 * How often units of work are attempted if their transaction is lost. The pauses grow to a quarter of a second, so that
 * a webhook is answered within the 5 s that a shop allows.
 */
const MAX_ATTEMPTS = 8;
const FIRST_PAUSE_MS = 8;
const MAX_PAUSE_MS = 250;

const READ = 'begin isolation level repeatable read read only';

// ---- Migrations -------------------------------------------------------------------------------------------------------

/** The names of the migrations that were applied to the database; undefined if it is new. */
async function migrationsOf(pool: pg.Pool): Promise<string[] | undefined> {
  const { rows: tables } = await pool.query(`select to_regclass('kysely_migration') as found`);
  if (tables[0]?.found === null) return undefined;
  const { rows } = await pool.query<{ name: string }>('select name from kysely_migration order by name');
  return rows.map(({ name }) => name);
}

/**
 * Brings the database up to date in one transaction; concurrent migrations wait for it, however long it takes.
 * Returns the names of the migrations that were applied, in order.
 */
async function migrateOver(config: pg.ClientConfig, migrations: Migrations): Promise<string[]> {
  const pool = openPool({
    ...config,
    max: 1,
    statement_timeout: FOREVER,
    idle_in_transaction_session_timeout: FOREVER,
  });
  try {
    return await migrate(new Kysely({ dialect: new PostgresDialect({ pool }) }), postgresSchema, migrations);
  } catch (error) {
    const cause = error instanceof StoreBrokenError ? error.cause : undefined;
    const reason = cause instanceof pg.DatabaseError ? translate(cause) : error;
    throw reason instanceof StoreUnavailableError ? reason : error;
  } finally {
    await pool.end();
  }
}

// ---- Transactions -----------------------------------------------------------------------------------------------------

type TakeSession = () => Promise<PostgresSession>;

function sessionsOf(pool: pg.Pool): TakeSession {
  const sessions = new WeakMap<pg.PoolClient, PostgresSession>();
  return async () => {
    const client = await pool.connect().catch((error: unknown) => {
      throw translate(error);
    });
    const session = sessions.get(client) ?? new PostgresSession(client);
    sessions.set(client, session);
    return session;
  };
}

/** Retries with back-off as long as `mayTryAgain` allows it for the error. */
async function tryAgain<T>(
  attempt: () => Promise<T>,
  mayTryAgain: (error: unknown) => boolean,
  random: () => number,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (tries === MAX_ATTEMPTS || !mayTryAgain(error)) throw error;
    }
    await sleep(random() * doubledPauseMs(tries, FIRST_PAUSE_MS, MAX_PAUSE_MS));
  }
}

/** Commits this instance's units of work in groups; the groups of all instances take turns. */
function writerOver(
  take: TakeSession,
  identity: PostgresIdentity | undefined,
  random: () => number,
  onAppended: () => void,
) {
  const { connection, session } = postgresWriter(take, identity);
  const group = new GroupCommit<Transaction>(connection, () => {
    const { transaction } = session();
    const appended: PostgresSession['appended'] = [];
    session().appended = appended;
    return {
      context: transaction,
      committed: () => {
        if (appended.length > 0) onAppended();
      },
    };
  });
  const run: UnitOfWork['run'] = (work) =>
    tryAgain(
      () => group.run(work),
      (error) => error instanceof TransactionLost && error.mayBeRunAgain,
      random,
    ).catch((error: unknown) => {
      if (error instanceof TransactionLost) throw error.reason;
      throw error instanceof pg.DatabaseError ? translate(error) : error;
    });
  return { run, close: () => group.close() };
}

/** Reads beside the writers, each in one snapshot of the committed data. */
class PostgresReader implements Reader {
  readonly #pool: pg.Pool;
  readonly #take: TakeSession;
  readonly #random: () => number;
  readonly #underWay = new Set<Promise<unknown>>();
  #isClosed = false;

  readonly #identity: PostgresIdentity | undefined;

  constructor(pool: pg.Pool, take: TakeSession, random: () => number, identity?: PostgresIdentity) {
    this.#identity = identity;
    this.#pool = pool;
    this.#take = take;
    this.#random = random;
  }

  readonly read: Reader['read'] = async (read) => {
    if (this.#isClosed) throw new StoreUnavailableError('The database is being closed');
    this.#identity?.check();
    if (this.#pool.waitingCount >= MAX_READS_WAITING) {
      throw new StoreUnavailableError(`${MAX_READS_WAITING} reads are waiting for the database`);
    }
    const reading = this.readAnyway(read);
    this.#underWay.add(reading);
    return reading.finally(() => this.#underWay.delete(reading));
  };

  /** Works even after closing, for the store's own use. */
  async readAnyway<T>(read: (tx: Transaction) => Promise<T>): Promise<T> {
    let isBroken = false;
    const attempt = async () => {
      isBroken = false;
      const session = await this.#take();
      try {
        await session.begin(READ);
        const result = await read(session.transaction);
        await session.commit();
        session.giveBack();
        return result;
      } catch (error) {
        await session.giveUp();
        const { failure } = session;
        isBroken = failure !== undefined && !isRefusal(failure.error);
        throw failure?.error === error ? translate(error) : error;
      }
    };
    return tryAgain(attempt, () => isBroken, this.#random);
  }

  /** Resolves when all reads have ended. Later ones are refused. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#underWay);
  }
}

// ---- The store --------------------------------------------------------------------------------------------------------

export interface PostgresStore extends Store {
  /** The migrations that were applied when it was opened. */
  readonly appliedMigrations: readonly string[];
}

/**
 * Opens the database of a `postgres://` URL and brings it up to date. Other processes may have it open.
 * @throws {StoreUnavailableError} if it can't be reached now, {StoreBrokenError} if it is another program's or broken.
 */
export async function openPostgresStore(
  databaseUrl: string,
  { migrations, ...options }: PostgresOptions & { migrations: Migrations },
): Promise<PostgresStore> {
  const config = clientConfig(databaseUrl, options);
  const pool = openPool({ ...config, max: options.maxConnections });
  try {
    // Checked first, so that an ordinary start does not wait for a lock.
    const isCurrent = isUpToDate(migrations, await migrationsOf(pool));
    const appliedMigrations = isCurrent ? [] : await migrateOver(config, migrations);
    const identity = options.noticeReplacement ? await PostgresIdentity.of(pool) : undefined;
    const take = sessionsOf(pool);
    const reader = new PostgresReader(pool, take, options.random, identity);
    const lastId = await reader.readAnyway((tx) => tx.use(eventRepository).lastId());
    return {
      appliedMigrations,
      ...storeOver({ pool, config, take, reader, identity, lastId, random: options.random }),
    };
  } catch (error) {
    await pool.end();
    throw error instanceof StoreBrokenError || error instanceof StoreUnavailableError ? error : translate(error);
  }
}

interface StoreParts {
  pool: pg.Pool;
  config: pg.ClientConfig;
  take: TakeSession;
  reader: PostgresReader;
  identity: PostgresIdentity | undefined;
  /** The id of the last event at that time. */
  lastId: bigint;
  random: () => number;
}

function storeOver({ pool, config, take, reader, identity, lastId, random }: StoreParts): Store {
  const follower = new EventFollower({
    lastId,
    random,
    read: (after, limit) => reader.readAnyway((tx) => tx.use(eventRepository).after(after, limit)),
    async connect() {
      const client = new pg.Client({ ...config, statement_timeout: FOREVER });
      await client.connect();
      return client;
    },
  });
  const writer = writerOver(take, identity, random, () => follower.wake());
  const close = async () => {
    await writer.close();
    await reader.close();
    await follower.close();
    await pool.end();
  };
  let closed: Promise<void> | undefined;
  return {
    run: writer.run,
    read: reader.read,
    isShared: true,
    acquireLease: (name) => acquirePostgresLease(config, name),
    onCommitted: (listener) => follower.follow(listener),
    close() {
      closed ??= close();
      return closed;
    },
  };
}

/** Opens an existing database read-only, without time-outs for its queries. */
export async function openPostgresReader(databaseUrl: string, options: PostgresOptions, migrations: Migrations) {
  const pool = openPool({ ...clientConfig(databaseUrl, options), max: 1, statement_timeout: FOREVER });
  try {
    requireUpToDate(migrations, await migrationsOf(pool));
  } catch (error) {
    await pool.end();
    throw error instanceof StoreBrokenError ? error : translate(error);
  }
  const reader = new PostgresReader(pool, sessionsOf(pool), options.random);
  return {
    read: reader.read,
    async close() {
      await reader.close();
      await pool.end();
    },
  };
}
