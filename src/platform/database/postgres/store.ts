import { setTimeout as sleep } from 'node:timers/promises';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { StoreBrokenError, StoreUnavailableError } from '#platform/database/errors.ts';
import { GroupCommit } from '#platform/database/group-commit.ts';
import { isUpToDate, migrate, requireUpToDate } from '#platform/database/migrate.ts';
import type { Reader, Store, UnitOfWork } from '#platform/database/store.ts';
import type { Repositories } from '#platform/database/transaction.ts';
import { EventFollower } from '#platform/outbox/postgres-follower.ts';
import { doubledPauseMs } from '#platform/timers/backoff.ts';
import { clientConfig, FOREVER, openPool, type PostgresOptions } from './connections.ts';
import { translate } from './errors.ts';
import { PostgresIdentity } from './identity.ts';
import { takePostgresDuty } from './lease.ts';
import { postgresSchema } from './schema.ts';
import { isRefusal, PostgresSession } from './session.ts';
import { postgresWriter, TransactionLost } from './writer.ts';

/** Reads that may wait. Beyond this the database is behind by seconds, and refusing is kinder than letting wait. */
const MOST_READS_WAITING = 5000;

/**
 * So often works are tried whose transaction is lost. The pauses between grow to a quarter of a second, so that there is
 * an answer within the 5 s in which a shop wants one.
 */
const MOST_TRIES = 8;
const FIRST_PAUSE_MS = 8;
const LONGEST_PAUSE_MS = 250;

const READ = 'begin isolation level repeatable read read only';

// ---- Migrations -------------------------------------------------------------------------------------------------------

/** The names of the migrations that the database has had; undefined where it is new. */
async function migrationsOf(pool: pg.Pool): Promise<string[] | undefined> {
  const { rows: tables } = await pool.query(`select to_regclass('kysely_migration') as found`);
  if (tables[0]?.found === null) return undefined;
  const { rows } = await pool.query<{ name: string }>('select name from kysely_migration order by name');
  return rows.map(({ name }) => name);
}

/**
 * Brings the database up to date, in one transaction; others that want the same wait for it, however long it takes.
 * Answers the names of the migrations that were applied, in order.
 */
async function migrateOver(config: pg.ClientConfig): Promise<string[]> {
  const pool = openPool({
    ...config,
    max: 1,
    statement_timeout: FOREVER,
    idle_in_transaction_session_timeout: FOREVER,
  });
  try {
    return await migrate(new Kysely({ dialect: new PostgresDialect({ pool }) }), postgresSchema);
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

/** Tries again, after pauses that grow, as long as `mayTryAgain` says so of what was thrown. */
async function tryAgain<T>(
  attempt: () => Promise<T>,
  mayTryAgain: (error: unknown) => boolean,
  random: () => number,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (tries === MOST_TRIES || !mayTryAgain(error)) throw error;
    }
    await sleep(random() * doubledPauseMs(tries, FIRST_PAUSE_MS, LONGEST_PAUSE_MS));
  }
}

/** Works of this instance in groups, each group in its turn among those of all instances. */
function writerOver(
  take: TakeSession,
  identity: PostgresIdentity | undefined,
  random: () => number,
  onAppended: () => void,
) {
  const { connection, session } = postgresWriter(take, identity);
  const group = new GroupCommit<Repositories>(connection, () => {
    const { repositories } = session();
    const appended: PostgresSession['appended'] = [];
    session().appended = appended;
    return {
      context: repositories,
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

/** Reads beside the writers, each of one picture of what is committed. */
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
    if (this.#pool.waitingCount >= MOST_READS_WAITING) {
      throw new StoreUnavailableError(`${MOST_READS_WAITING} reads are waiting for the database`);
    }
    const reading = this.readAnyway(read);
    this.#underWay.add(reading);
    return reading.finally(() => this.#underWay.delete(reading));
  };

  /** Also after it was closed, for the store's own ends. */
  async readAnyway<T>(read: (tx: Repositories) => Promise<T>): Promise<T> {
    let isBroken = false;
    const attempt = async () => {
      isBroken = false;
      const session = await this.#take();
      try {
        await session.begin(READ);
        const result = await read(session.repositories);
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

  /** Answers when all reads have ended. Later ones are refused. */
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
 * @throws {StoreUnavailableError} where it can't be reached now, {StoreBrokenError} where it is not ours or broken.
 */
export async function openPostgresStore(databaseUrl: string, options: PostgresOptions): Promise<PostgresStore> {
  const config = clientConfig(databaseUrl, options);
  const pool = openPool({ ...config, max: options.maxConnections });
  try {
    // Asked first, so that an ordinary start waits for nobody.
    const appliedMigrations = isUpToDate(await migrationsOf(pool)) ? [] : await migrateOver(config);
    const identity = options.noticeReplacement ? await PostgresIdentity.of(pool) : undefined;
    const take = sessionsOf(pool);
    const reader = new PostgresReader(pool, take, options.random, identity);
    const lastId = await reader.readAnyway((tx) => tx.events.lastId());
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
  /** Of the last event that was there before. */
  lastId: bigint;
  random: () => number;
}

function storeOver({ pool, config, take, reader, identity, lastId, random }: StoreParts): Store {
  const follower = new EventFollower({
    lastId,
    random,
    read: (after, limit) => reader.readAnyway((tx) => tx.events.after(after, limit)),
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
    takeDuty: (name) => takePostgresDuty(config, name),
    onCommitted: (listener) => follower.follow(listener),
    close() {
      closed ??= close();
      return closed;
    },
  };
}

/** Opens an existing database only to read it. Its queries may take as long as they need. */
export async function openPostgresReader(databaseUrl: string, options: PostgresOptions) {
  const pool = openPool({ ...clientConfig(databaseUrl, options), max: 1, statement_timeout: FOREVER });
  try {
    requireUpToDate(await migrationsOf(pool));
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
