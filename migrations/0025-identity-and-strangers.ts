import { sql } from 'kysely';
import type { SchemaMigration } from './schema.ts';

/**
 * By what a running server recognises its database: a text that no other database has, and how many commits it has had.
 * A backup that is restored beneath the server has had fewer. The count is text of a fixed length, so that it can be
 * found in a page of the file.
 *
 * And which nonces are those of keys that were unknown when they logged in. Anybody can make such keys, so their nonces
 * are kept up to a number only. All others are kept for good.
 */
export const identityAndStrangers: SchemaMigration = (schema) => ({
  async up(database) {
    await schema
      .createTable(database, 'database_identity')
      .addColumn('id', schema.integer, (column) => column.primaryKey().notNull())
      .addColumn('stamp', schema.text, (column) => column.notNull())
      .addColumn('commits', schema.text, (column) => column.notNull())
      .addCheckConstraint('database_identity_is_one_row', sql`id = 1`)
      .addCheckConstraint('database_identity_commits_are_20_digits', sql`length(commits) = 20`)
      .execute();
    await sql`insert into database_identity (id, stamp, commits)
      values (1, ${schema.randomText}, '00000000000000000000')`.execute(database);

    await database.schema
      .alterTable('nonces')
      .addColumn('is_stranger', schema.integer, (column) => column.notNull().defaultTo(0))
      .execute();
    await database.schema
      .createIndex('nonces_of_strangers')
      .on('nonces')
      .columns(['updated_at'])
      .where(sql`is_stranger`, '=', sql.lit(1))
      .execute();
    await schema.permit(database, 'nonces', 'delete');
    await schema.forbid(database, 'nonces', 'delete', undefined, sql`old.is_stranger = 1`);
  },
});
