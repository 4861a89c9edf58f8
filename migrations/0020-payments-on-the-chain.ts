import { sql } from 'kysely';
import type { SchemaMigration } from './schema.ts';

/**
 * What the chain says of a payment: its reference, which payer and shop both see, and the block that it stands in. Both
 * are unknown until somebody tells. A payment whose sender is no wallet's address is kept and credits no account.
 * Events get new types with the contexts that bring them, so their names are checked by the compiler alone.
 */
export const paymentsOnTheChain: SchemaMigration = (schema) => ({
  async up(database) {
    const payments = () => database.schema.alterTable('payments');
    await payments().addColumn('payment_reference', schema.text).execute();
    await payments().addColumn('block_height', schema.integer).execute();
    await payments()
      .alterColumn('account', (column) => column.dropNotNull())
      .execute();
    await schema.permitNull(database, 'payments', 'account_ordinal');
    await payments()
      .addCheckConstraint('payments_account_has_ordinal', sql`(account is null) = (account_ordinal is null)`)
      .execute();
    await payments()
      .addCheckConstraint('payments_manual_has_account', sql`payment_type <> 'manual' or account is not null`)
      .execute();
    await database.schema
      .createIndex('payments_by_reference')
      .on('payments')
      .column('payment_reference')
      .where(sql.ref('payment_reference'), 'is not', null)
      .execute();
    await database.schema.createIndex('payments_by_time').on('payments').columns(['created_at', 'txid']).execute();
    await database.schema.alterTable('events').dropConstraint('events_type_is_known').execute();
  },
});
