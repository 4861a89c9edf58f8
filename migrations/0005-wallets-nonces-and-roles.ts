import { sql } from 'kysely';
import type { SchemaMigration } from './schema.ts';

/** Who may report payments, who may log in as what, and the nonces that keep a signed message from working twice. */
export const walletsNoncesAndRoles: SchemaMigration = (schema) => ({
  async up(database) {
    await schema
      .createTable(database, 'wallets')
      .addColumn('account', schema.text, (column) => column.primaryKey().notNull())
      .addColumn('address', schema.text, (column) => column.notNull())
      .addColumn('ip_address', schema.text, (column) => column.notNull())
      .addColumn('created_at', schema.time, (column) => column.notNull())
      .execute();
    // A nonce outlives the wallet or role that it was used for: adding the wallet again must not let old messages in.
    await schema
      .createTable(database, 'nonces')
      .addColumn('purpose', schema.text, (column) => column.notNull())
      .addColumn('account', schema.text, (column) => column.notNull())
      .addColumn('last_nonce', schema.text, (column) => column.notNull())
      .addColumn('updated_at', schema.time, (column) => column.notNull())
      .addPrimaryKeyConstraint('nonces_one_per_purpose_and_account', ['purpose', 'account'])
      .addCheckConstraint('nonces_purpose_is_known', sql`purpose in ('wallet', 'login')`)
      .addCheckConstraint('nonces_are_20_digits', sql`length(last_nonce) = 20`)
      .execute();
    await schema
      .createTable(database, 'roles')
      .addColumn('account', schema.text, (column) => column.notNull())
      .addColumn('role', schema.text, (column) => column.notNull())
      .addColumn('created_at', schema.time, (column) => column.notNull())
      .addPrimaryKeyConstraint('roles_once_per_account', ['account', 'role'])
      .addCheckConstraint(
        'roles_role_is_known',
        sql`role in ('user', 'read_all', 'write', 'payment_wallet', 'super_admin')`,
      )
      .execute();
    await schema.forbid(database, 'nonces', 'delete');
  },
});
