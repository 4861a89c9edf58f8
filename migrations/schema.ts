import type { ColumnDefinitionBuilder, CreateTableBuilder, Kysely, Migration, RawBuilder } from 'kysely';

/** A database that a migration works on: its tables are what earlier migrations left, so they have no types. */
// biome-ignore lint/suspicious/noExplicitAny: Kysely's own convention for migrations.
export type MigrationDatabase = Kysely<any>;

/** What the migrations need to know of a database. Each dialect file gives its own. */
export interface SchemaDialect {
  /** Whole numbers of 64 bits: amounts in µT, ids, counts. */
  readonly integer: 'integer' | 'bigint';
  /** Texts that are compared and sorted by their bytes, whatever the database's language. */
  readonly text: 'text' | RawBuilder<unknown>;
  /** To the millisecond. */
  readonly time: 'text' | 'timestamptz(3)';
  /** For what is read whole: the order of its keys need not be kept. */
  readonly json: 'text' | 'jsonb';
  /** A text of 32 hex digits, at random. */
  readonly randomText: RawBuilder<unknown>;
  /** Begins a table whose column types the database enforces. */
  createTable(database: MigrationDatabase, table: string): CreateTableBuilder<string, never>;
  /** Makes an integer column the table's id, which counts from 1 and never gives a number twice. */
  identity(column: ColumnDefinitionBuilder): ColumnDefinitionBuilder;
  /**
   * Refuses a change of the table's rows by trigger; with `columns` only if one of them would change, with `unless` only
   * of rows that do not meet it.
   */
  forbid(
    database: MigrationDatabase,
    table: string,
    change: 'delete' | 'update',
    columns?: readonly string[],
    unless?: RawBuilder<unknown>,
  ): Promise<void>;
  /** Refuses new rows without a value in the column, which was added to a table that had rows. */
  require(database: MigrationDatabase, table: string, column: string): Promise<void>;
  /** Takes back what `require` has refused. */
  permitNull(database: MigrationDatabase, table: string, column: string): Promise<void>;
  /** Takes back what `forbid` has refused, for a migration that refuses something else afterwards. */
  permit(database: MigrationDatabase, table: string, change: 'delete' | 'update'): Promise<void>;
  /** Indexes what stands anywhere in the memos of orders, of those that are there and of those that come. */
  indexMemos(database: MigrationDatabase): Promise<void>;
  /** Makes what units of work need to take turns. */
  oneWriter(database: MigrationDatabase): Promise<void>;
}

/** A migration for both databases. There is no way down: money is not un-migrated, it is restored from a backup. */
export type SchemaMigration = (schema: SchemaDialect) => Migration;
