import { sql } from 'kysely';
import type { MigrationDatabase, SchemaDialect, SchemaMigration } from '../schema.ts';

/**
 * People without a wallet: who they are, how they were invited, their passkeys, and who is signed in. Nothing by which
 * one can sign in is kept as it is: only its SHA-256, in hex.
 */
export const people: SchemaMigration = (schema) => ({
  async up(database) {
    await addRoles(schema, database);
    await createStaff(schema, database);
    await createSignIns(schema, database);
  },
});

/** The roles support and finance: a column's check can't be changed on SQLite, so the table is written again. */
async function addRoles(schema: SchemaDialect, database: MigrationDatabase): Promise<void> {
  await database.schema.alterTable('roles').renameTo('roles_before').execute();
  await schema
    .createTable(database, 'roles')
    .addColumn('account', schema.text, (column) => column.notNull())
    .addColumn('role', schema.text, (column) => column.notNull())
    .addColumn('created_at', schema.time, (column) => column.notNull())
    .addPrimaryKeyConstraint('roles_granted_once_per_account', ['account', 'role'])
    .addCheckConstraint(
      'roles_role_is_a_known_one',
      sql`role in ('user', 'read_all', 'write', 'payment_wallet', 'super_admin', 'support', 'finance')`,
    )
    .execute();
  await sql`insert into roles (account, role, created_at) select account, role, created_at from roles_before`.execute(
    database,
  );
  await database.schema.dropTable('roles_before').execute();
}

async function createStaff(schema: SchemaDialect, database: MigrationDatabase): Promise<void> {
  await schema
    .createTable(database, 'staff')
    .addColumn('id', schema.integer, schema.identity)
    .addColumn('name', schema.text, (column) => column.notNull())
    // A JSON array of roles.
    .addColumn('roles', schema.text, (column) => column.notNull())
    .addColumn('state', schema.text, (column) => column.notNull())
    // What a passkey knows the person by: at random, so that it tells nothing of them.
    .addColumn('user_handle', schema.text, (column) => column.notNull().unique())
    // The open invitation; null if there is none.
    .addColumn('invitation_hash', schema.text, (column) => column.unique())
    .addColumn('invitation_until', schema.time)
    .addColumn('invited_by', schema.text, (column) => column.notNull())
    .addColumn('invited_at', schema.time, (column) => column.notNull())
    .addColumn('registered_at', schema.time)
    .addColumn('revoked_at', schema.time)
    .addCheckConstraint('staff_state_is_known', sql`state in ('invited', 'registered', 'revoked')`)
    .addCheckConstraint('staff_invitation_ends', sql`(invitation_hash is null) = (invitation_until is null)`)
    .execute();
  await schema.forbid(database, 'staff', 'delete');
  await schema
    .createTable(database, 'passkeys')
    .addColumn('id', schema.integer, schema.identity)
    // `staff:<id>`, or the address in base58.
    .addColumn('principal', schema.text, (column) => column.notNull())
    .addColumn('name', schema.text, (column) => column.notNull())
    // Credential id and COSE key, in base64url.
    .addColumn('credential_id', schema.text, (column) => column.notNull().unique())
    .addColumn('public_key', schema.text, (column) => column.notNull())
    .addColumn('user_handle', schema.text, (column) => column.notNull())
    .addColumn('counter', schema.integer, (column) => column.notNull())
    // A JSON array.
    .addColumn('transports', schema.text, (column) => column.notNull())
    .addColumn('is_backed_up', schema.integer, (column) => column.notNull())
    .addColumn('created_at', schema.time, (column) => column.notNull())
    .addColumn('used_at', schema.time)
    .execute();
  await database.schema.createIndex('passkeys_by_principal').on('passkeys').columns(['principal', 'id']).execute();
}

async function createSignIns(schema: SchemaDialect, database: MigrationDatabase): Promise<void> {
  await schema
    .createTable(database, 'sessions')
    .addColumn('id', schema.text, (column) => column.primaryKey())
    .addColumn('token_hash', schema.text, (column) => column.notNull().unique())
    .addColumn('principal', schema.text, (column) => column.notNull())
    // The roles of a session that came by a wallet's link, as a JSON array: never more than were asked for. Null for a person.
    .addColumn('roles', schema.text)
    .addColumn('address', schema.text, (column) => column.notNull())
    .addColumn('device', schema.text, (column) => column.notNull())
    .addColumn('created_at', schema.time, (column) => column.notNull())
    .addColumn('seen_at', schema.time, (column) => column.notNull())
    .addColumn('proven_at', schema.time, (column) => column.notNull())
    .addColumn('ends_at', schema.time, (column) => column.notNull())
    .execute();
  await database.schema.createIndex('sessions_by_principal').on('sessions').columns(['principal']).execute();
  await database.schema.createIndex('sessions_by_end').on('sessions').columns(['ends_at']).execute();
  await schema
    .createTable(database, 'login_links')
    .addColumn('code_hash', schema.text, (column) => column.primaryKey())
    .addColumn('principal', schema.text, (column) => column.notNull())
    .addColumn('roles', schema.text, (column) => column.notNull())
    // From where the link was asked for.
    .addColumn('address', schema.text, (column) => column.notNull())
    .addColumn('created_at', schema.time, (column) => column.notNull())
    .addColumn('ends_at', schema.time, (column) => column.notNull())
    .execute();
  await database.schema.createIndex('login_links_by_principal').on('login_links').columns(['principal']).execute();
  // Challenges that were answered, so that no answer is taken twice.
  await schema
    .createTable(database, 'used_challenges')
    .addColumn('challenge_hash', schema.text, (column) => column.primaryKey())
    .addColumn('ends_at', schema.time, (column) => column.notNull())
    .execute();
  // One row once it was needed: the secret by which the instances recognise the challenges that one of them has made.
  await schema
    .createTable(database, 'challenge_keys')
    .addColumn('id', schema.integer, (column) => column.primaryKey())
    .addColumn('secret', schema.text, (column) => column.notNull())
    .addCheckConstraint('challenge_keys_is_one', sql`id = 1`)
    .execute();
}
