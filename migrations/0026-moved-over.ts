import { sql } from 'kysely';
import type { SchemaMigration } from './schema.ts';

/** What an order or a payment was in the database that it came from, or which correction of the import a payment is. */
const PAYMENT_ORIGINS = [
  'received',
  'confirmed',
  'cancelled',
  'overcharge',
  'overcharge_returned',
  'settled_not_paid',
  'paid_not_settled',
  'overdraft',
] as const;

/**
 * What `taritools setup import-tps` needs of the schema. Orders and payments that came from another server say what they
 * were there: they were announced there, so that there are no events of it here. A balance that was below zero there is
 * below zero here: what is owed is kept with the payment by hand that took more than there was, and the next money of
 * the account pays it.
 */
export const movedOver: SchemaMigration = (schema) => ({
  async up(database) {
    const alter = (table: string) => database.schema.alterTable(table);
    await alter('accounts')
      .addColumn('debt', schema.integer, (column) => column.notNull().defaultTo(0).check(sql`debt >= 0`))
      .execute();
    await alter('accounts').dropConstraint('accounts_balance_not_negative').execute();
    await alter('accounts')
      .addCheckConstraint(
        'accounts_balance_not_below_debt',
        sql`total_paid >= 0 and total_confirmed + debt >= total_paid`,
      )
      .execute();

    await alter('orders')
      .addColumn('imported_as', schema.text, (column) =>
        column.check(sql`imported_as is null or imported_as in ('Unclaimed', 'New', 'Paid', 'Expired', 'Cancelled')`),
      )
      .execute();
    await schema.permit(database, 'orders', 'update');
    await schema.forbid(database, 'orders', 'update', ['id', 'order_id', 'created_at', 'imported_as']);

    await alter('payments')
      .addColumn('imported_as', schema.text, (column) =>
        column.check(
          sql`imported_as is null or imported_as in (${sql.join(PAYMENT_ORIGINS.map((origin) => sql.lit(origin)))})`,
        ),
      )
      .execute();
    await alter('payments')
      .addColumn('owed', schema.integer, (column) => column.notNull().defaultTo(0).check(sql`owed >= 0`))
      .execute();
    await alter('payments').addCheckConstraint('payments_owed_was_taken', sql`owed = 0 or owed <= -amount`).execute();
    await database.schema
      .createIndex('payments_owing')
      .on('payments')
      .columns(['account_ordinal', 'created_at', 'txid'])
      .where(sql<boolean>`owed > 0`)
      .execute();
    await schema.permit(database, 'payments', 'update');
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
      'claim_is_signed',
      'created_at',
      'imported_as',
    ]);
  },
});
