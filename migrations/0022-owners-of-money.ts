import { sql } from 'kysely';
import type { SchemaMigration } from './schema.ts';

/**
 * Whose each µT is. A confirmed payment belongs to the order that it named, to a customer, or to its sender's account,
 * and knows how much of it is not used yet; a journal says what the rest was used for. What orders, customers and
 * accounts have is kept beside it. Links of accounts and customers, and claims, say how they came about.
 */
export const ownersOfMoney: SchemaMigration = (schema) => ({
  async up(database) {
    const alter = (table: string) => database.schema.alterTable(table);
    const addAmount = (table: string, column: string) =>
      alter(table)
        .addColumn(column, schema.integer, (added) =>
          added
            .notNull()
            .defaultTo(0)
            .check(sql`${sql.ref(column)} >= 0`),
        )
        .execute();
    await addAmount('accounts', 'free_credit');
    await addAmount('customers', 'credit');
    await addAmount('orders', 'own_money');
    await addAmount('payments', 'unspent');

    await alter('customer_addresses')
      .addColumn('kind', schema.text, (column) =>
        column.notNull().defaultTo('stated').check(sql`kind in ('stated', 'by_hand', 'proven')`),
      )
      .execute();

    await alter('orders')
      .addColumn('claim_kind', schema.text, (column) =>
        column.check(sql`claim_kind is null or claim_kind in ('stated', 'credit', 'by_hand', 'proven')`),
      )
      .execute();
    await alter('orders')
      .addCheckConstraint('orders_closed_have_no_own_money', sql`own_money = 0 or status in ('Unclaimed', 'New')`)
      .execute();
    // What the shop says is still due is its text. The column was never anything but null.
    await alter('orders').dropConstraint('orders_outstanding_not_negative').execute();
    await alter('orders').dropColumn('amount_outstanding').execute();
    await alter('orders').addColumn('amount_outstanding', schema.text).execute();

    await alter('payments')
      .addColumn('owner_kind', schema.text, (column) =>
        column.check(sql`owner_kind is null or owner_kind in ('order', 'customer', 'account')`),
      )
      .execute();
    await alter('payments').addColumn('owner_id', schema.text).execute();
    for (const flag of ['is_late', 'claim_is_signed']) {
      await alter('payments')
        .addColumn(flag, schema.integer, (column) =>
          column
            .notNull()
            .defaultTo(0)
            .check(sql`${sql.ref(flag)} in (0, 1)`),
        )
        .execute();
    }
    await alter('payments')
      .addCheckConstraint('payments_owner_is_named', sql`(owner_kind is null) = (owner_id is null)`)
      .execute();
    await alter('payments')
      .addCheckConstraint('payments_unspent_is_there', sql`unspent = 0 or (unspent <= amount and status = 'confirmed')`)
      .execute();
    // What is taken back of money that came from no wallet's address comes from no account either.
    await alter('payments').dropConstraint('payments_manual_has_account').execute();
    await database.schema
      .createIndex('payments_unspent_by_owner')
      .on('payments')
      .columns(['owner_kind', 'owner_id', 'created_at', 'txid'])
      .where(sql<boolean>`unspent > 0`)
      .execute();
    await database.schema
      .createIndex('payments_held')
      .on('payments')
      .columns(['created_at', 'txid'])
      .where(sql<boolean>`unspent > 0 or status = 'received'`)
      .execute();
    await database.schema
      .createIndex('payments_late')
      .on('payments')
      .columns(['txid'])
      .where(sql<boolean>`is_late = 1 and unspent > 0`)
      .execute();

    await alter('settlements')
      .alterColumn('account', (column) => column.dropNotNull())
      .execute();
    await schema.permitNull(database, 'settlements', 'account_ordinal');
    await alter('settlements').addColumn('sender', schema.text).execute();
    await alter('settlements')
      .addCheckConstraint('settlements_account_has_ordinal', sql`(account is null) = (account_ordinal is null)`)
      .execute();
    await alter('settlements')
      .addCheckConstraint('settlements_come_from_somewhere', sql`account is not null or sender is not null`)
      .execute();

    await schema
      .createTable(database, 'order_claims')
      .addColumn('order_id', schema.text, (column) => column.notNull().references('orders.order_id'))
      .addColumn('account', schema.text, (column) => column.notNull().references('accounts.account'))
      .addColumn('account_ordinal', schema.integer, (column) => column.notNull())
      .addColumn('is_open', schema.integer, (column) => column.notNull())
      .addColumn('created_at', schema.time, (column) => column.notNull())
      .addPrimaryKeyConstraint('order_claims_once_per_account', ['order_id', 'account'])
      .addCheckConstraint('order_claims_are_open_or_not', sql`is_open in (0, 1)`)
      .execute();
    await database.schema
      .createIndex('order_claims_open_by_account')
      .on('order_claims')
      .columns(['account_ordinal', 'order_id'])
      .where(sql<boolean>`is_open = 1`)
      .execute();
    await schema.forbid(database, 'order_claims', 'delete');

    await schema
      .createTable(database, 'payment_uses')
      .addColumn('id', schema.integer, schema.identity)
      .addColumn('txid', schema.text, (column) => column.notNull().references('payments.txid'))
      .addColumn('settlement_id', schema.integer, (column) => column.references('settlements.id'))
      .addColumn('taken_by', schema.text, (column) => column.references('payments.txid'))
      .addColumn('amount', schema.integer, (column) => column.notNull())
      .addColumn('created_at', schema.time, (column) => column.notNull())
      .addCheckConstraint('payment_uses_amount_is_positive', sql`amount > 0`)
      .addCheckConstraint('payment_uses_are_for_one_thing', sql`(settlement_id is null) <> (taken_by is null)`)
      .execute();
    await database.schema
      .createIndex('payment_uses_by_settlement')
      .on('payment_uses')
      .columns(['settlement_id'])
      .execute();
    await schema.forbid(database, 'payment_uses', 'delete');
    await schema.forbid(database, 'payment_uses', 'update');
  },
});
