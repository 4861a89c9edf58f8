import { sql } from 'kysely';
import type { SchemaMigration } from './schema.ts';

/** The journal of money that came in. What a payment says is never changed; only its status moves. */
export const payments: SchemaMigration = (schema) => ({
  async up(database) {
    await schema
      .createTable(database, 'payments')
      .addColumn('txid', schema.text, (column) => column.primaryKey().notNull())
      .addColumn('account', schema.text, (column) => column.notNull().references('accounts.account'))
      .addColumn('sender', schema.text, (column) => column.notNull())
      .addColumn('amount', schema.integer, (column) => column.notNull())
      .addColumn('memo', schema.text)
      .addColumn('payment_type', schema.text, (column) => column.notNull())
      .addColumn('status', schema.text, (column) => column.notNull())
      .addColumn('order_id', schema.text)
      .addColumn('claimant', schema.text, (column) => column.references('accounts.account'))
      .addColumn('created_at', schema.time, (column) => column.notNull())
      .addColumn('updated_at', schema.time, (column) => column.notNull())
      .addCheckConstraint('payments_type_is_known', sql`payment_type in ('on_chain', 'manual')`)
      .addCheckConstraint('payments_status_is_known', sql`status in ('received', 'confirmed', 'cancelled')`)
      .addCheckConstraint('payments_manual_is_confirmed', sql`payment_type <> 'manual' or status = 'confirmed'`)
      .addCheckConstraint('payments_amount_has_a_sense', sql`amount > 0 or (payment_type = 'manual' and amount < 0)`)
      .addCheckConstraint('payments_claimant_names_an_order', sql`claimant is null or order_id is not null`)
      .execute();
    const index = (name: string, columns: string[]) =>
      database.schema.createIndex(name).on('payments').columns(columns).execute();
    await index('payments_by_account', ['account', 'created_at', 'txid']);
    await index('payments_by_order', ['order_id']);
    await schema.forbid(database, 'payments', 'delete');
    await schema.forbid(database, 'payments', 'update', [
      'txid',
      'account',
      'sender',
      'amount',
      'memo',
      'payment_type',
      'order_id',
      'claimant',
      'created_at',
    ]);

    await schema
      .createTable(database, 'early_confirmations')
      .addColumn('txid', schema.text, (column) => column.primaryKey().notNull())
      .addColumn('created_at', schema.time, (column) => column.notNull())
      .execute();
  },
});
