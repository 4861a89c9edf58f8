import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { Kysely, Migrator, PostgresDialect, SqliteDialect } from 'kysely';
import pg from 'pg';
import type { MigrationDatabase, SchemaDialect } from '#migrations/schema.ts';
import { postgresSchema } from '#platform/database/postgres/schema.ts';
import { sqliteSchema } from '#platform/database/sqlite/schema.ts';
import { migrations, openStore } from '#test/database/open.ts';
import { fastFolder } from './fast-folder.ts';
import { disconnect, queryPostgres, queryPostgresTogether } from './postgres-queries.ts';

/** Databases for tests: of SQLite or of PostgreSQL, as the vitest project says under which a test runs. */

type Row = Record<string, unknown>;

export interface TestDatabase {
  /** What a store is opened with. */
  readonly url: string;
  /** What a query finds in what is committed, whole numbers as bigint. Values stand for `?`. */
  rows(query: string, ...values: unknown[]): Row[];
  /** Differs after each commit of somebody else, and may differ without one. */
  version(): unknown;
  /** Every row of every table but those named, in an order that stays. */
  dump(...exceptTables: string[]): Record<string, Row[]>;
  /** Runs a statement as another process would, all rules of the schema in force. @throws what the database refuses. */
  execute(statement: string): void;
  /** Changes it behind the program's back, with everything switched off that the database has against it. */
  tamper(...statements: string[]): void;
  /** Keeps others from writing, as a process that hangs may. Answers how to let go. */
  lock(): () => void;
  /** Another database with the same content; nobody has this one open meanwhile. */
  copy(): Promise<TestDatabase>;
  /** Takes over all rows of another database of its kind, as far as its own tables have columns for them. */
  takeRowsOf(other: TestDatabase): void;
  /** Makes it as it was when it was new, while its store stays open; false where too much was done to it for that. */
  empty(): Promise<boolean>;
  /** Gives it up, once its store is closed. */
  release(): Promise<void>;
}

/** What the machinery of databases keeps for itself. */
const OF_THE_DATABASE = /^(sqlite|kysely|order_memos|one_writer|database_identity)/;

const namesOf = (rows: readonly Row[], exceptTables: readonly string[]) =>
  rows.map((row) => String(row.name)).filter((name) => !OF_THE_DATABASE.test(name) && !exceptTables.includes(name));

/** A server of PostgreSQL, with a database whose copies tests get. */
export interface PostgresOfTests {
  serverUrl: string;
  template: string;
  /** Of the names of all databases of this run. */
  prefix: string;
}

let postgres: PostgresOfTests | undefined;

/** Says where databases are made from now on: in SQLite where there is no server. */
export function usePostgres(server: PostgresOfTests | undefined): void {
  postgres = server;
}

/** Whether tests run on PostgreSQL. */
export function isOnPostgres(): boolean {
  return postgres !== undefined;
}

/** A database without content. */
export async function newDatabase(): Promise<TestDatabase> {
  return postgres === undefined ? migratedSqliteDatabase() : newPostgresDatabase(postgres);
}

/** A database with the schema that the program had before the migration of that name. */
export async function databaseBefore(migration: string): Promise<TestDatabase> {
  if (postgres === undefined) {
    const database = newSqliteDatabase();
    const dialect = new SqliteDialect({ database: new SqliteDatabase(database.file) });
    await migrateUpTo(new Kysely({ dialect }), sqliteSchema, migration);
    return database;
  }
  const database = await postgresDatabaseLike(postgres, 'template0');
  const dialect = new PostgresDialect({ pool: new pg.Pool({ connectionString: database.url, max: 1 }) });
  await migrateUpTo(new Kysely({ dialect }), postgresSchema, migration);
  return database;
}

async function migrateUpTo(database: MigrationDatabase, schema: SchemaDialect, end: string): Promise<void> {
  const earlier = Object.fromEntries(Object.entries(migrations.madeFor(schema)).filter(([name]) => name < end));
  const migrator = new Migrator({ db: database, provider: { getMigrations: async () => earlier } });
  const { error } = await migrator.migrateToLatest();
  await database.destroy();
  if (error !== undefined) throw error;
}

// ---- SQLite -----------------------------------------------------------------------------------------------------------

/** A folder in memory where the machine has such a place, so that commits cost little. */
export function newFolder(): string {
  return mkdtempSync(join(fastFolder(), 'tps-test-'));
}

export function newSqliteDatabase(): SqliteTestDatabase {
  return new SqliteTestDatabase(newFolder());
}

interface SqliteTemplate {
  file: Buffer;
  /** The same in memory, from where it is copied into databases that are in use. */
  source: SqliteDatabase.Database;
}

let template: Promise<SqliteTemplate> | undefined;

/** Brought up to date once for each process of tests: that takes a quarter of a server's start, and a copy nothing. */
function sqliteTemplate(): Promise<SqliteTemplate> {
  template ??= makeSqliteTemplate();
  return template;
}

async function migratedSqliteDatabase(): Promise<SqliteTestDatabase> {
  const { file } = await sqliteTemplate();
  const database = newSqliteDatabase();
  writeFileSync(database.file, file);
  return database;
}

async function makeSqliteTemplate(): Promise<SqliteTemplate> {
  const made = newSqliteDatabase();
  const store = await openStore(made.url, { maxConnections: 1 });
  await store.close();
  const file = readFileSync(made.file);
  const database = new SqliteDatabase(made.file);
  // A database in memory has no write-ahead log.
  database.pragma('journal_mode = delete');
  const source = new SqliteDatabase(database.serialize());
  database.close();
  await made.release();
  return { file, source };
}

export class SqliteTestDatabase implements TestDatabase {
  readonly folder: string;
  readonly file: string;
  readonly url: string;
  #reader: SqliteDatabase.Database | undefined;
  readonly #statements = new Map<string, SqliteDatabase.Statement>();
  readonly #locks = new Set<SqliteDatabase.Database>();

  constructor(folder: string) {
    this.folder = folder;
    this.file = join(folder, 'store.db');
    this.url = `sqlite://${this.file}`;
  }

  rows(query: string, ...values: unknown[]): Row[] {
    const statement = this.#statements.get(query) ?? this.#connection().prepare(query);
    this.#statements.set(query, statement);
    return statement.all(...values) as Row[];
  }

  version(): unknown {
    return this.rows('pragma data_version')[0]?.data_version;
  }

  dump(...exceptTables: string[]): Record<string, Row[]> {
    const dumpAll = this.#connection().transaction(() => {
      const tables = this.rows(`select name from pragma_table_list where schema = 'main' and type = 'table'`);
      return Object.fromEntries(
        namesOf(tables, exceptTables).map((name) => [name, this.rows(`select * from "${name}" order by rowid`)]),
      );
    });
    return dumpAll();
  }

  execute(statement: string): void {
    const database = new SqliteDatabase(this.file);
    try {
      database.pragma('foreign_keys = on');
      database.exec(statement);
    } finally {
      database.close();
    }
  }

  tamper(...statements: string[]): void {
    const database = new SqliteDatabase(this.file);
    try {
      database.pragma('foreign_keys = off');
      database.pragma('ignore_check_constraints = on');
      const triggers = database.prepare(`select name from sqlite_master where type = 'trigger'`).pluck().all();
      for (const trigger of triggers) database.exec(`drop trigger "${trigger}"`);
      for (const statement of statements) {
        if (database.prepare(statement).run().changes === 0) throw new Error(`Nothing was changed: ${statement}`);
      }
    } finally {
      database.close();
    }
  }

  lock(): () => void {
    const database = new SqliteDatabase(this.file);
    database.exec('begin immediate');
    this.#locks.add(database);
    return () => {
      if (this.#locks.delete(database)) database.close();
    };
  }

  async copy(): Promise<SqliteTestDatabase> {
    const copy = newSqliteDatabase();
    copyFileSync(this.file, copy.file);
    return copy;
  }

  takeRowsOf(other: SqliteTestDatabase): void {
    const database = new SqliteDatabase(this.file);
    try {
      database.pragma('foreign_keys = off');
      database.prepare('attach ? as other').run(other.file);
      const tables = database.prepare(`select name from pragma_table_list where schema = 'main' and type = 'table'`);
      for (const table of namesOf(tables.all() as Row[], [])) {
        const columns = database
          .prepare(
            `select mine.name from pragma_table_info(?, 'main') mine join pragma_table_info(?, 'other') theirs using (name)`,
          )
          .pluck()
          .all(table, table);
        const names = columns.map((name) => `"${name}"`).join(', ');
        if (columns.length > 0)
          database.exec(`insert into main."${table}" (${names}) select ${names} from other."${table}"`);
      }
    } finally {
      database.close();
    }
  }

  async empty(): Promise<boolean> {
    this.#unlock();
    const { source } = await sqliteTemplate();
    await source.backup(this.file);
    return true;
  }

  async release(): Promise<void> {
    this.#unlock();
    this.#statements.clear();
    this.#reader?.close();
    this.#reader = undefined;
    rmSync(this.folder, { recursive: true, force: true });
  }

  #unlock(): void {
    for (const database of this.#locks) database.close();
    this.#locks.clear();
  }

  #connection(): SqliteDatabase.Database {
    this.#reader ??= new SqliteDatabase(this.file, { readonly: true }).defaultSafeIntegers(true);
    return this.#reader;
  }
}

// ---- PostgreSQL -------------------------------------------------------------------------------------------------------

/** Making a database takes ten times as long as emptying one, but one that was emptied often gets slow. */
const MAX_USES = 50;

let made = 0;
const idle: PostgresTestDatabase[] = [];
let administration: Promise<pg.Client> | undefined;
let administering: Promise<unknown> = Promise.resolve();

/** One statement after another: tests of one file may run at once. */
function administer({ serverUrl }: PostgresOfTests, statement: string): Promise<unknown> {
  administration ??= connectTo(serverUrl);
  const client = administration;
  const done = administering.then(async () => (await client).query(statement));
  administering = done.catch(() => undefined);
  return done;
}

async function connectTo(url: string): Promise<pg.Client> {
  const client = new pg.Client(url);
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

async function newPostgresDatabase(server: PostgresOfTests): Promise<PostgresTestDatabase> {
  return idle.pop() ?? postgresDatabaseLike(server, server.template);
}

async function postgresDatabaseLike(server: PostgresOfTests, template: string): Promise<PostgresTestDatabase> {
  made += 1;
  const name = `${server.prefix}${process.pid}_${made}`;
  await administer(server, `create database ${name} template ${template} strategy file_copy`);
  return new PostgresTestDatabase(server, name);
}

class PostgresTestDatabase implements TestDatabase {
  readonly url: string;
  readonly #server: PostgresOfTests;
  readonly #name: string;
  #uses = 0;
  #isSpoiled = false;
  #cleaner: pg.Client | undefined;

  constructor(server: PostgresOfTests, name: string) {
    this.#server = server;
    this.#name = name;
    this.url = databaseUrlOf(server.serverUrl, name);
  }

  rows(query: string, ...values: unknown[]): Row[] {
    let count = 0;
    const text = query.replace(/\?/g, () => {
      count += 1;
      return `$${count}`;
    });
    return queryPostgres(this.url, text, values);
  }

  version(): unknown {
    return this.rows('select pg_current_wal_insert_lsn()::text as position')[0]?.position;
  }

  dump(...exceptTables: string[]): Record<string, Row[]> {
    const tables = this.rows(`select tablename as name from pg_tables where schemaname = 'public' order by 1`);
    const names = namesOf(tables, exceptTables);
    const queries = names.map((table) => `select * from "${table}" t order by t::text`);
    const contents = queryPostgresTogether(this.url, queries);
    return Object.fromEntries(names.map((name, index) => [name, contents[index] ?? []]));
  }

  execute(statement: string): void {
    this.#isSpoiled = true;
    queryPostgres(this.url, statement);
  }

  tamper(...statements: string[]): void {
    this.#isSpoiled = true;
    queryPostgres(this.url, DROP_CHECKS);
    queryPostgres(this.url, 'set session_replication_role = replica');
    for (const statement of statements) queryPostgres(this.url, statement);
    disconnect(this.url);
  }

  lock(): () => void {
    const session = `lock ${this.#name}`;
    queryPostgres(this.url, 'begin; lock table one_writer', [], session);
    return () => disconnect(this.url, session);
  }

  async copy(): Promise<PostgresTestDatabase> {
    disconnect(this.url);
    await this.#cleaner?.end();
    this.#cleaner = undefined;
    return postgresDatabaseLike(this.#server, this.#name);
  }

  takeRowsOf(other: PostgresTestDatabase): void {
    this.#isSpoiled = true;
    queryPostgres(this.url, 'set session_replication_role = replica');
    const tables = this.rows(`select tablename as name from pg_tables where schemaname = 'public'`);
    const theirs = other.rows(`select tablename as name from pg_tables where schemaname = 'public'`);
    for (const table of namesOf(tables, []).filter((name) => namesOf(theirs, []).includes(name))) {
      const [found] = other.rows(`select json_agg(t)::text as rows from "${table}" t`);
      if (found?.rows === null) continue;
      this.rows(
        `insert into "${table}" overriding system value select * from json_populate_recordset(null::"${table}", ?::json)`,
        found?.rows,
      );
    }
    this.rows(COUNT_ON);
    disconnect(this.url);
  }

  async empty(): Promise<boolean> {
    disconnect(this.url, `lock ${this.#name}`);
    this.#uses += 1;
    if (this.#isSpoiled || this.#uses >= MAX_USES) return false;
    try {
      await this.#clean();
    } catch {
      // Its test may have cut all connections, which this one has not heard yet.
      this.#cleaner = undefined;
      await this.#clean();
    }
    return true;
  }

  /** Emptied, it is for the next one who needs a database. */
  async release(): Promise<void> {
    if (await this.empty()) {
      idle.push(this);
      return;
    }
    await this.#cleaner?.end();
    await administer(this.#server, `drop database ${this.#name} with (force)`);
  }

  async #clean(): Promise<void> {
    this.#cleaner ??= await this.#connectCleaner();
    await this.#cleaner.query(EMPTY_ALL);
  }

  async #connectCleaner(): Promise<pg.Client> {
    const client = await connectTo(this.url);
    client.once('end', () => {
      if (this.#cleaner === client) this.#cleaner = undefined;
    });
    return client;
  }
}

/** Deletes where there is anything, since truncating takes longer for few rows, and has all ids count from 1 again. */
export const EMPTY_ALL = `do $$ declare name text; begin
  set local session_replication_role = replica;
  for name in select tablename from pg_tables where schemaname = 'public' and tablename !~ '^(kysely|one_writer|database_identity)' loop
    execute format('delete from %I', name);
  end loop;
  for name in select sequencename from pg_sequences where schemaname = 'public' and last_value is not null loop
    execute format('alter sequence %I restart', name);
  end loop;
end $$`;

/** Ids that are counted go on behind those that are there. */
const COUNT_ON = `do $$ declare counted record; begin
  for counted in select table_name as name from information_schema.columns
    where table_schema = 'public' and column_name = 'id' and is_identity = 'YES' loop
    execute format('select setval(pg_get_serial_sequence(%L, ''id''), greatest(max(id), 1), max(id) is not null) from %I',
      counted.name, counted.name);
  end loop;
end $$`;

const DROP_CHECKS = `do $$ declare rule record; begin
  for rule in select conname as name, conrelid::regclass as of from pg_constraint where contype = 'c' and conrelid <> 0 loop
    execute format('alter table %s drop constraint %I', rule.of, rule.name);
  end loop;
end $$`;

/** The URL of another database of the same server. */
export function databaseUrlOf(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.href;
}
