import { sql } from 'kysely';
import type { SchemaMigration } from './schema.ts';

/** Who buys (customers of the shop), who owns Tari (accounts), and which of them belong together. */
export const customersAndAccounts: SchemaMigration = (schema) => ({
  async up(database) {
    await schema
      .createTable(database, 'customers')
      .addColumn('customer_id', schema.text, (column) => column.primaryKey().notNull())
      .addColumn('total_current', schema.integer, (column) => column.notNull().defaultTo(0))
      .addColumn('total_paid', schema.integer, (column) => column.notNull().defaultTo(0))
      .addColumn('total_expired', schema.integer, (column) => column.notNull().defaultTo(0))
      .addColumn('total_cancelled', schema.integer, (column) => column.notNull().defaultTo(0))
      .addColumn('created_at', schema.time, (column) => column.notNull())
      .addColumn('updated_at', schema.time, (column) => column.notNull())
      .addCheckConstraint(
        'customers_totals_not_negative',
        sql`total_current >= 0 and total_paid >= 0 and total_expired >= 0 and total_cancelled >= 0`,
      )
      .execute();
    await schema
      .createTable(database, 'accounts')
      .addColumn('account', schema.text, (column) => column.primaryKey().notNull())
      .addColumn('address', schema.text, (column) => column.notNull())
      .addColumn('total_confirmed', schema.integer, (column) => column.notNull().defaultTo(0))
      .addColumn('total_paid', schema.integer, (column) => column.notNull().defaultTo(0))
      .addColumn('created_at', schema.time, (column) => column.notNull())
      .addColumn('updated_at', schema.time, (column) => column.notNull())
      .addCheckConstraint('accounts_id_is_network_and_key', sql`length(account) = 66`)
      .addCheckConstraint('accounts_balance_not_negative', sql`total_paid >= 0 and total_confirmed >= total_paid`)
      .execute();
    await schema
      .createTable(database, 'customer_addresses')
      .addColumn('customer_id', schema.text, (column) => column.notNull().references('customers.customer_id'))
      .addColumn('account', schema.text, (column) => column.notNull().references('accounts.account'))
      .addColumn('created_at', schema.time, (column) => column.notNull())
      .addPrimaryKeyConstraint('customer_addresses_pair', ['customer_id', 'account'])
      .execute();
    await database.schema
      .createIndex('customer_addresses_by_account')
      .on('customer_addresses')
      .columns(['account', 'customer_id'])
      .execute();
    await schema.forbid(database, 'customers', 'delete');
    await schema.forbid(database, 'accounts', 'delete');
    await schema.forbid(database, 'accounts', 'update', ['account']);
  },
});
