import { existsSync } from 'node:fs';
import SqliteDatabase from 'better-sqlite3';
import pg from 'pg';
import { storableJson } from '#platform/storable-text.ts';
import { StoreBrokenError, StoreUnavailableError } from './errors.ts';
import type { Migrations } from './migrations.ts';
import { clientConfig, openPool, type PostgresOptions } from './postgres/connections.ts';
import { translate } from './postgres/errors.ts';
import { beginFilling, type Filling } from './postgres/filling.ts';
import { PostgresSession } from './postgres/session.ts';
import { sqliteStoreOver } from './sqlite/store.ts';
import type { Reader } from './store.ts';
import { parentsFirst } from './table-order.ts';
import type { DatabaseTables } from './tables.ts';
import { sqliteFile } from './url.ts';

/**
 * Copies the database of a stopped server from SQLite to PostgreSQL in one transaction: if anything fails, the target
 * stays empty.
 */

export interface CopyProgress {
  table: string;
  copied: bigint;
  total: bigint;
}

/** A time outside the years that both databases support. Earlier versions accepted such times from shops. */
export interface OddTime {
  place: { table: string; row: Row; column: string };
  time: string;
  /** What the copy stores in its place: the nearest time that it supports. */
  kept: string;
}

/** Identifies the row by its key, which is the first column of every table. */
export function placeText({ table, row, column }: OddTime['place']): string {
  const [key = ['row', '?']] = Object.entries(row);
  return `${column} of the row of ${table} with ${key[0]} ${key[1]}`;
}

export interface CopyListener {
  /** Compares both databases before the commit; an error that it throws aborts the copy. */
  check: (reader: Reader) => Promise<void>;
  progress: (progress: CopyProgress) => void;
  onOddTime: (found: OddTime) => void;
}

const FIRST_TIME = '0001-01-01T00:00:00.000Z';
const LAST_TIME = '9999-12-31T23:59:59.999Z';

/** The nearest time of the years 1 to 9999; undefined if the text is not a time as JavaScript writes it. */
function storableTimeText(text: string): string | undefined {
  const [, sign, year = ''] = /^([+-]?)(\d{4,6})-\d\d-\d\dT/.exec(text) ?? [];
  if (year === '' || Number.isNaN(Date.parse(text))) return undefined;
  if (sign === '-' || Number(year) === 0) return FIRST_TIME;
  return Number(year) > 9999 ? LAST_TIME : text;
}

/** Limits of a batch, in rows and in characters: bodies of webhooks are long. */
const ROWS_AT_ONCE = 1_000;
const CHARACTERS_AT_ONCE = 4_000_000;

/** The heartbeat only shows that the database can be written, and the copy has an identity of its own. */
const NOT_COPIED: readonly (keyof DatabaseTables)[] = ['heartbeat', 'database_identity'];

/** Internal tables of SQLite and the migrator. */
const OWN_TABLES = /^(sqlite|kysely)_/;

type Row = Record<string, string | bigint | null>;

/** A SQLite file that no other process has open. */
export class SqliteSource {
  readonly #connection: SqliteDatabase.Database;
  readonly #store: Reader;

  /** @throws {StoreUnavailableError} if it is missing or in use, {StoreBrokenError} if it is of another version. */
  constructor(databaseUrl: string, migrations: Migrations) {
    const file = sqliteFile(databaseUrl);
    if (!existsSync(file)) throw new StoreUnavailableError(`There is no database at ${file}`);
    this.#connection = new SqliteDatabase(file, { fileMustExist: true, timeout: 0 }).defaultSafeIntegers(true);
    try {
      this.#lock(file);
      this.#refuseOtherVersions(file, migrations);
      this.#store = sqliteStoreOver(this.#connection);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** For checks of the source. */
  get reader(): Reader {
    return this.#store;
  }

  /** The tables with data; those of an index, such as SQLite's over memos, are left out. */
  tables(): string[] {
    const names = this.#connection
      .prepare(`select name from pragma_table_list where schema = 'main' and type = 'table' order by name`)
      .pluck()
      .all() as string[];
    return names.filter((name) => !OWN_TABLES.test(name) && !NOT_COPIED.some((table) => table === name));
  }

  /** The tables that a table refers to. */
  parentsOf(table: string): string[] {
    return this.#connection.prepare('select "table" from pragma_foreign_key_list(?)').pluck().all(table) as string[];
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

  /** The last id that a table ever assigned; undefined if it assigns none or has assigned none yet. */
  lastId(table: string): bigint | undefined {
    return this.#connection.prepare('select seq from sqlite_sequence where name = ?').pluck().get(table) as
      | bigint
      | undefined;
  }

  close(): void {
    this.#connection.close();
  }

  /** Fails while another process has the file open, even just for reading. */
  #lock(file: string): void {
    try {
      this.#connection.pragma('locking_mode = exclusive');
      this.#connection.exec('begin immediate; commit');
    } catch (error) {
      const isBusy = error instanceof SqliteDatabase.SqliteError && error.code.startsWith('SQLITE_BUSY');
      if (!isBusy) throw new StoreBrokenError(`${file} is not a readable database: ${error}`, { cause: error });
      throw new StoreUnavailableError(
        `The database ${file} is in use: stop the server and every other program that has it open`,
      );
    }
  }

  #refuseOtherVersions(file: string, migrations: Migrations): void {
    const isOurs = this.#connection.prepare(`select 1 from sqlite_master where name = 'kysely_migration'`).get();
    const found = isOurs
      ? this.#connection.prepare('select name from kysely_migration order by name').pluck().all()
      : [];
    if (found.join() === migrations.names.join()) return;
    throw new StoreBrokenError(
      `The schema of the database ${file} is not that of this version. Bring it up to date first with taritools setup migrate`,
    );
  }
}

/**
 * Brings an empty PostgreSQL database up to date and copies everything from the source into it. A time outside the
 * supported years becomes the nearest supported one and is reported.
 * @throws {StoreUnavailableError | StoreBrokenError}
 */
export async function copyToPostgres(
  source: SqliteSource,
  databaseUrl: string,
  { migrations, ...options }: PostgresOptions & { migrations: Migrations },
  { check, progress, onOddTime }: CopyListener,
): Promise<Map<string, bigint>> {
  await refuseFilled(databaseUrl, options, source.tables());
  let filling: Filling | undefined;
  try {
    filling = await beginFilling(databaseUrl, { ...options, migrations });
    const { client } = filling;
    // Tables that a SQLite tool added for itself do not exist in the target.
    const known = await tablesIn(client, source.tables());
    const tables = parentsFirst(known, (table) => source.parentsOf(table));
    // Another process may have been faster.
    for (const table of tables) await refuseRows(client, table);
    const counts = new Map<string, bigint>();
    for (const table of tables) counts.set(table, await copyTable(source, client, table, { progress, onOddTime }));
    const { transaction } = new PostgresSession(client);
    await check({ read: (read) => read(transaction) });
    await client.query('commit');
    return counts;
  } catch (error) {
    throw error instanceof pg.DatabaseError ? translate(error) : error;
  } finally {
    await filling?.end();
  }
}

/** Checked before migrating, so that another server's database is not even touched. */
async function refuseFilled(databaseUrl: string, options: PostgresOptions, tables: readonly string[]): Promise<void> {
  const pool = openPool({ ...clientConfig(databaseUrl, options), max: 1 });
  try {
    for (const table of await tablesIn(pool, tables)) await refuseRows(pool, table);
  } catch (error) {
    throw error instanceof StoreUnavailableError ? error : translate(error);
  } finally {
    await pool.end();
  }
}

/** The tables among these that exist in the target. */
async function tablesIn(client: Pick<pg.Pool, 'query'>, tables: readonly string[]): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    'select name from unnest($1::text[]) as name where to_regclass(quote_ident(name)) is not null order by name',
    [tables],
  );
  return rows.map(({ name }) => name);
}

async function refuseRows(client: Pick<pg.Pool, 'query'>, table: string): Promise<void> {
  const { rowCount } = await client.query(`select from "${table}" limit 1`);
  if (rowCount !== 0) throw new StoreUnavailableError(`The target is not empty: its table ${table} has rows`);
}

async function copyTable(
  source: SqliteSource,
  client: pg.PoolClient,
  table: string,
  { progress, onOddTime }: Pick<CopyListener, 'progress' | 'onOddTime'>,
): Promise<bigint> {
  const total = source.count(table);
  const insert = await insertionInto(client, table, onOddTime);
  let copied = 0n;
  for (const batch of source.batches(table)) {
    await insert(batch);
    copied += BigInt(batch.length);
    progress({ table, copied, total });
  }
  const { rows } = await client.query<{ count: bigint }>(`select count(*) as count from "${table}"`);
  if (rows[0]?.count !== total) {
    throw new StoreBrokenError(`${rows[0]?.count} rows of ${table} arrived, but ${total} were sent`);
  }
  const lastId = source.lastId(table);
  if (lastId !== undefined) await client.query(`select setval(pg_get_serial_sequence($1, 'id'), $2)`, [table, lastId]);
  return total;
}

/** A batch is sent as one array per column, whatever the number of rows. */
async function insertionInto(client: pg.PoolClient, table: string, onOddTime: CopyListener['onOddTime']) {
  const { rows: columns } = await client.query<{ name: string; type: string }>(
    `select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute
       where attrelid = $1::regclass and attnum > 0 and not attisdropped order by attnum`,
    [table],
  );
  const names = columns.map(({ name }) => `"${name}"`).join(', ');
  const arrays = columns.map(({ type }, index) => `$${index + 1}::${type}[]`).join(', ');
  const text = `insert into "${table}" (${names}) select * from unnest(${arrays})`;
  // Older versions stored texts in JSON that PostgreSQL does not accept.
  const kept = (row: Row, { name, type }: { name: string; type: string }) => {
    const value = row[name];
    if (type.startsWith('timestamp') && typeof value === 'string') return keptTime(value, { table, row, column: name });
    return type === 'jsonb' && typeof value === 'string' ? storableJson(value) : value;
  };
  const keptTime = (time: string, place: OddTime['place']): string => {
    const kept = storableTimeText(time);
    if (kept === undefined) {
      const sentence = `${placeText(place)} holds ${JSON.stringify(time.slice(0, 100))}, which is no time. Correct it in the source, with the sqlite3 program, and copy again. Nothing was copied.`;
      throw new StoreBrokenError(sentence);
    }
    if (kept !== time) onOddTime({ place, time, kept });
    return kept;
  };
  return (batch: readonly Row[]) =>
    client.query({
      name: `copy ${table}`,
      text,
      values: columns.map((column) => batch.map((row) => kept(row, column))),
    });
}
