import { sql } from 'kysely';
import type { SchemaMigration } from './schema.ts';

/** Which table has an account in which column, and where its ordinal stands. */
const FOUND_BY_ACCOUNT = [
  { table: 'customer_addresses', account: 'account', ordinal: 'account_ordinal' },
  { table: 'orders', account: 'claimed_by', ordinal: 'claimant_ordinal' },
  { table: 'payments', account: 'account', ordinal: 'account_ordinal' },
  { table: 'settlements', account: 'account', ordinal: 'account_ordinal' },
] as const;

/**
 * Accounts are counted in the order in which they came, and what is looked up by account is indexed by that: what a new
 * account does goes to the end of an index. Keys are random, so that an index by them is written to all over: each such
 * entry dirtied a page of its own, which took a third of the time of a claim in books of a million orders.
 */
export const accountOrdinals: SchemaMigration = (schema) => ({
  async up(database) {
    const index = (name: string, table: string, columns: string[]) =>
      database.schema.createIndex(name).on(table).columns(columns);
    await database.schema.alterTable('accounts').addColumn('ordinal', schema.integer).execute();
    await sql`update accounts set ordinal = numbered.ordinal
      from (select account, row_number() over (order by created_at, account) as ordinal from accounts) numbered
      where numbered.account = accounts.account`.execute(database);
    await index('accounts_by_ordinal', 'accounts', ['ordinal']).unique().execute();

    await schema.permit(database, 'accounts', 'update');
    await schema.permit(database, 'settlements', 'update');
    await schema.permit(database, 'payments', 'update');
    for (const { table, account, ordinal } of FOUND_BY_ACCOUNT) {
      await database.schema.alterTable(table).addColumn(ordinal, schema.integer).execute();
      await sql`update ${sql.table(table)} set ${sql.ref(ordinal)} =
        (select accounts.ordinal from accounts where accounts.account = ${sql.ref(`${table}.${account}`)})`.execute(
        database,
      );
    }
    for (const table of ['customer_addresses', 'payments', 'settlements']) {
      await schema.require(database, table, 'account_ordinal');
    }
    await schema.require(database, 'accounts', 'ordinal');
    await schema.forbid(database, 'settlements', 'update');
    await schema.forbid(database, 'payments', 'update', [
      'txid',
      'account',
      'account_ordinal',
      'sender',
      'amount',
      'memo',
      'payment_type',
      'order_id',
      'claimant',
      'created_at',
    ]);
    await schema.forbid(database, 'accounts', 'update', ['account', 'ordinal']);

    for (const name of [
      'customer_addresses_by_account',
      'orders_by_claimant',
      'payments_by_account',
      'settlements_by_account',
    ]) {
      await database.schema.dropIndex(name).execute();
    }
    await index('customer_addresses_by_account', 'customer_addresses', ['account_ordinal', 'customer_id']).execute();
    await index('orders_by_claimant', 'orders', ['claimant_ordinal', 'created_at', 'id'])
      .where('claimant_ordinal', 'is not', null)
      .execute();
    await index('payments_by_account', 'payments', ['account_ordinal', 'created_at', 'txid']).execute();
    await index('settlements_by_account', 'settlements', ['account_ordinal', 'id']).execute();
  },
});
