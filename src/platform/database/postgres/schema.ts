import { sql } from 'kysely';
import type { MigrationDatabase, SchemaDialect } from '#migrations/schema.ts';

/** PostgreSQL's side of the migrations: native types, and rules with the same effect as those of SQLite's tables. */
export const postgresSchema: SchemaDialect = {
  dialect: 'postgres',
  integer: 'bigint',
  text: sql`text collate "C"`,
  time: 'timestamptz(3)',
  json: 'jsonb',
  randomText: sql`replace(gen_random_uuid()::text, '-', '')`,
  createTable: (database, table) => database.schema.createTable(table),
  identity: (column) => column.primaryKey().generatedByDefaultAsIdentity(),
  async forbid(database, table, change, columns, unless) {
    await createRefusal(database);
    const of = columns ? sql` of ${sql.join(columns.map((column) => sql.ref(column)))}` : sql``;
    const conditions = [
      ...(columns?.length
        ? [
            sql`(${sql.join(
              columns.map((column) => sql`old.${sql.ref(column)} is distinct from new.${sql.ref(column)}`),
              sql` or `,
            )})`,
          ]
        : []),
      ...(unless ? [sql`not (${unless})`] : []),
    ];
    const differs = conditions.length > 0 ? sql` when (${sql.join(conditions, sql` and `)})` : sql``;
    await sql`create trigger ${sql.ref(`${table}_${change}_forbidden`)} before ${sql.raw(change)}${of}
      on ${sql.table(table)} for each row${differs} execute function refuse_change(${sql.lit(change)})`.execute(
      database,
    );
    if (change === 'delete') {
      await sql`create trigger ${sql.ref(`${table}_truncate_forbidden`)} before truncate on ${sql.table(table)}
        for each statement execute function refuse_change('delete')`.execute(database);
    }
  },
  require: (database, table, column) =>
    database.schema
      .alterTable(table)
      .alterColumn(column, (alter) => alter.setNotNull())
      .execute(),
  permitNull: (database, table, column) =>
    database.schema
      .alterTable(table)
      .alterColumn(column, (alter) => alter.dropNotNull())
      .execute(),
  async permit(database, table, change) {
    await sql`drop trigger ${sql.ref(`${table}_${change}_forbidden`)} on ${sql.table(table)}`.execute(database);
    if (change === 'delete') {
      await sql`drop trigger ${sql.ref(`${table}_truncate_forbidden`)} on ${sql.table(table)}`.execute(database);
    }
  },
  // It never has a row, so that nothing else, such as a vacuum, locks it.
  oneWriter: (database) => database.schema.createTable('one_writer').execute(),
};

/** With the same message as SQLite's triggers. */
async function createRefusal(database: MigrationDatabase): Promise<void> {
  await sql`create or replace function refuse_change() returns trigger language plpgsql as $$ begin
      raise exception 'rows of % are kept: % refused', tg_table_name, tg_argv[0] using errcode = 'restrict_violation';
    end $$`.execute(database);
}
