import { sql } from 'kysely';
import type { SchemaDialect } from '#migrations/schema.ts';

/** SQLite's side of the migrations: strict tables, and triggers in place of rules that it lacks. */
export const sqliteSchema: SchemaDialect = {
  dialect: 'sqlite',
  integer: 'integer',
  text: 'text',
  time: 'text',
  json: 'text',
  randomText: sql`lower(hex(randomblob(16)))`,
  createTable: (database, table) => database.schema.createTable(table).modifyEnd(sql`strict`),
  identity: (column) => column.primaryKey().autoIncrement(),
  async forbid(database, table, change, columns, unless) {
    const of = columns ? sql` of ${sql.join(columns.map((column) => sql.ref(column)))}` : sql``;
    const conditions = [
      ...(columns?.length
        ? [
            sql`(${sql.join(
              columns.map((column) => sql`old.${sql.ref(column)} is not new.${sql.ref(column)}`),
              sql` or `,
            )})`,
          ]
        : []),
      ...(unless ? [sql`not (${unless})`] : []),
    ];
    const differs = conditions.length > 0 ? sql` when ${sql.join(conditions, sql` and `)}` : sql``;
    await sql`create trigger ${sql.ref(`${table}_${change}_forbidden`)} before ${sql.raw(change)}${of} on ${sql.table(table)}
      for each row${differs} begin select raise(abort, ${sql.lit(`rows of ${table} are kept: ${change} refused`)}); end`.execute(
      database,
    );
  },
  async require(database, table, column) {
    await sql`create trigger ${sql.ref(`${table}_${column}_required`)} before insert on ${sql.table(table)}
      for each row when new.${sql.ref(column)} is null
      begin select raise(abort, ${sql.lit(`rows of ${table} have a value in ${column}`)}); end`.execute(database);
  },
  async permitNull(database, table, column) {
    await sql`drop trigger ${sql.ref(`${table}_${column}_required`)}`.execute(database);
  },
  async permit(database, table, change) {
    await sql`drop trigger ${sql.ref(`${table}_${change}_forbidden`)}`.execute(database);
  },
  // SQLite has one writer by itself.
  oneWriter: async () => undefined,
};
