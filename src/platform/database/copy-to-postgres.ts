import { existsSync } from 'node:fs';
import SqliteDatabase from 'better-sqlite3';
import pg from 'pg';
import { migrationNames } from '#migrations/index.ts';
import { storableJson } from '#platform/storable-text.ts';
import { StoreBrokenError, StoreUnavailableError } from './errors.ts';
import { clientConfig, FOREVER, openPool, type PostgresOptions } from './postgres/connections.ts';
import { translate } from './postgres/errors.ts';
import { PostgresSession } from './postgres/session.ts';
import { openPostgresStore } from './postgres/store.ts';
import { sqliteStoreOver } from './sqlite/store.ts';
import type { Reader } from './store.ts';
import type { Tables } from './tables.ts';
import { sqliteFile } from './url.ts';

/**
 * Copies the books of a server that is stopped from SQLite to PostgreSQL. It is one transaction: where anything is in the
 * way, the target stays empty.
 */

export interface CopyProgress {
  table: string;
  copied: bigint;
  total: bigint;
}

/** Rows at once, and characters: bodies of webhooks are long. */
const ROWS_AT_ONCE = 1_000;
const CHARACTERS_AT_ONCE = 4_000_000;

/** How a table is copied: after those that it refers to, so in the order in which they stand here. */
const COPIED: Readonly<Record<keyof Tables, boolean>> = {
  customers: true,
  accounts: true,
  customer_addresses: true,
  orders: true,
  payments: true,
  early_confirmations: true,
  settlements: true,
  order_claims: true,
  payment_uses: true,
  wallets: true,
  nonces: true,
  roles: true,
  exchange_rates: true,
  events: true,
  deliveries: true,
  webhooks: true,
  audit_log: true,
  idempotency_keys: true,
  early_news: true,
  authorizations: true,
  price_updates: true,
  chain_progress: true,
  chain_blocks: true,
  chain_outputs: true,
  chain_refusals: true,
  chain_departures: true,
  chain_sightings: true,
  // It says only that the database can be written.
  heartbeat: false,
  // The copy is another database.
  database_identity: false,
};

const TABLES = Object.entries(COPIED).flatMap(([table, isCopied]) => (isCopied ? [table] : []));

type Row = Record<string, string | bigint | null>;

/** A SQLite file that nobody else has open. */
export class SqliteSource {
  readonly #connection: SqliteDatabase.Database;
  readonly #store: Reader;

  /** @throws {StoreUnavailableError} where it is not there or in use, {StoreBrokenError} where it is of another version. */
  constructor(databaseUrl: string) {
    const file = sqliteFile(databaseUrl);
    if (!existsSync(file)) throw new StoreUnavailableError(`There is no database at ${file}`);
    this.#connection = new SqliteDatabase(file, { fileMustExist: true, timeout: 0 }).defaultSafeIntegers(true);
    try {
      this.#lock(file);
      this.#refuseOtherVersions(file);
      this.#store = sqliteStoreOver(this.#connection);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** The books, for whoever checks them. */
  get reader(): Reader {
    return this.#store;
  }

  count(table: string): bigint {
    return this.#connection.prepare(`select count(*) from "${table}"`).pluck().get() as bigint;
  }

  *batches(table: string): Generator<Row[]> {
    let batch: Row[] = [];
    let characters = 0;
    for (const row of this.#connection.prepare(`select * from "${table}" order by rowid`).iterate()) {
      batch.push(row as Row);
      for (const value of Object.values(row as Row)) if (typeof value === 'string') characters += value.length;
      if (batch.length < ROWS_AT_ONCE && characters < CHARACTERS_AT_ONCE) continue;
      yield batch;
      [batch, characters] = [[], 0];
    }
    if (batch.length > 0) yield batch;
  }

  /** The last id that a table ever gave; undefined where it gives none, or has given none. */
  lastId(table: string): bigint | undefined {
    return this.#connection.prepare('select seq from sqlite_sequence where name = ?').pluck().get(table) as
      | bigint
      | undefined;
  }

  close(): void {
    this.#connection.close();
  }

  /** Whoever has the file open, if only to read, keeps it from being locked. */
  #lock(file: string): void {
    try {
      this.#connection.pragma('locking_mode = exclusive');
      this.#connection.exec('begin immediate; commit');
    } catch (error) {
      const isBusy = error instanceof SqliteDatabase.SqliteError && error.code.startsWith('SQLITE_BUSY');
      if (!isBusy) throw new StoreBrokenError(`${file} is no database that can be read: ${error}`, { cause: error });
      throw new StoreUnavailableError(`The database ${file} is in use: stop the server, and whatever else has it open`);
    }
  }

  #refuseOtherVersions(file: string): void {
    const isOurs = this.#connection.prepare(`select 1 from sqlite_master where name = 'kysely_migration'`).get();
    const found = isOurs
      ? this.#connection.prepare('select name from kysely_migration order by name').pluck().all()
      : [];
    if (found.join() === migrationNames.join()) return;
    throw new StoreBrokenError(
      `The database ${file} is not as this version makes it. Bring it up to date first, with taritools setup migrate`,
    );
  }
}

/**
 * Copies all that the source holds into a PostgreSQL database that is empty, and brings that up to date before.
 * @param check looks at the books of both before anything is kept; what it throws ends the copying.
 * @throws {StoreUnavailableError | StoreBrokenError}
 */
export async function copyToPostgres(
  source: SqliteSource,
  databaseUrl: string,
  options: PostgresOptions,
  { check, progress }: { check: (reader: Reader) => Promise<void>; progress: (progress: CopyProgress) => void },
): Promise<Map<string, bigint>> {
  await refuseFilled(databaseUrl, options);
  const store = await openPostgresStore(databaseUrl, options);
  await store.close();
  const pool = openPool({
    ...clientConfig(databaseUrl, options),
    max: 1,
    statement_timeout: FOREVER,
    idle_in_transaction_session_timeout: FOREVER,
  });
  try {
    const client = await pool.connect();
    try {
      await client.query('begin; lock table one_writer in exclusive mode');
      // Somebody may have come first.
      for (const table of TABLES) await refuseRows(client, table);
      const counts = new Map<string, bigint>();
      for (const table of TABLES) counts.set(table, await copyTable(source, client, table, progress));
      const { repositories } = new PostgresSession(client);
      await check({ read: (read) => read(repositories) });
      await client.query('commit');
      return counts;
    } finally {
      // What was not committed is not kept.
      client.release(true);
    }
  } catch (error) {
    throw error instanceof pg.DatabaseError ? translate(error) : error;
  } finally {
    await pool.end();
  }
}

/** Before it is migrated: the books of another server are not even touched. */
async function refuseFilled(databaseUrl: string, options: PostgresOptions): Promise<void> {
  const pool = openPool({ ...clientConfig(databaseUrl, options), max: 1 });
  try {
    for (const table of TABLES) {
      const { rows } = await pool.query('select to_regclass($1) is not null as is_there', [table]);
      if (rows[0]?.is_there) await refuseRows(pool, table);
    }
  } catch (error) {
    throw error instanceof StoreUnavailableError ? error : translate(error);
  } finally {
    await pool.end();
  }
}

async function refuseRows(client: Pick<pg.Pool, 'query'>, table: string): Promise<void> {
  const { rowCount } = await client.query(`select from "${table}" limit 1`);
  if (rowCount !== 0) throw new StoreUnavailableError(`The target is not empty: its table ${table} has rows`);
}

async function copyTable(
  source: SqliteSource,
  client: pg.PoolClient,
  table: string,
  progress: (progress: CopyProgress) => void,
): Promise<bigint> {
  const total = source.count(table);
  const insert = await insertionInto(client, table);
  let copied = 0n;
  for (const batch of source.batches(table)) {
    await insert(batch);
    copied += BigInt(batch.length);
    progress({ table, copied, total });
  }
  const { rows } = await client.query<{ count: bigint }>(`select count(*) as count from "${table}"`);
  if (rows[0]?.count !== total) {
    throw new StoreBrokenError(`${rows[0]?.count} rows of ${table} have arrived, and ${total} were sent`);
  }
  const lastId = source.lastId(table);
  if (lastId !== undefined) await client.query(`select setval(pg_get_serial_sequence($1, 'id'), $2)`, [table, lastId]);
  return total;
}

/** A batch goes over as one array for each column, whatever the number of rows. */
async function insertionInto(client: pg.PoolClient, table: string) {
  const { rows: columns } = await client.query<{ name: string; type: string }>(
    `select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute
       where attrelid = $1::regclass and attnum > 0 and not attisdropped order by attnum`,
    [table],
  );
  const names = columns.map(({ name }) => `"${name}"`).join(', ');
  const arrays = columns.map(({ type }, index) => `$${index + 1}::${type}[]`).join(', ');
  const text = `insert into "${table}" (${names}) select * from unnest(${arrays})`;
  // Older versions kept texts in JSON that PostgreSQL does not take.
  const kept = (row: Row, { name, type }: { name: string; type: string }) => {
    const value = row[name];
    return type === 'jsonb' && typeof value === 'string' ? storableJson(value) : value;
  };
  return (batch: readonly Row[]) =>
    client.query({
      name: `copy ${table}`,
      text,
      values: columns.map((column) => batch.map((row) => kept(row, column))),
    });
}
