import { type ColumnDefinitionBuilder, type RawBuilder, sql } from 'kysely';
import type { MigrationDatabase, SchemaDialect, SchemaMigration } from '../schema.ts';

/**
 * Money that goes out. A journal says from which payments it was taken, and comes back with the opposite sign if it was
 * never sent; how much of each order went back and how much each account was paid out of its credit is kept beside it.
 * Refunds and payouts are what is done with it: their amounts, orders and people never change, their addresses only until
 * they are approved.
 */
export const payouts: SchemaMigration = (schema) => ({
  async up(database) {
    await addColumns(schema, database);
    await createEntries(schema, database);
    await createRefunds(schema, database);
    await createPayouts(schema, database);
    await createSwitch(schema, database);
    await createIndexes(database);
    await forbidChanges(schema, database);
  },
});

const notNull = (column: ColumnDefinitionBuilder) => column.notNull();
const flag = (name: string) => (column: ColumnDefinitionBuilder) =>
  column.notNull().check(sql`${sql.ref(name)} in (0, 1)`);
const oneOf = (name: string, values: readonly string[]): RawBuilder<boolean> =>
  sql<boolean>`${sql.ref(name)} in (${sql.join(values.map((value) => sql.lit(value)))})`;

async function addColumns(schema: SchemaDialect, database: MigrationDatabase): Promise<void> {
  const add = (table: string, column: string, check: RawBuilder<unknown>) =>
    database.schema
      .alterTable(table)
      .addColumn(column, schema.integer, (added) => added.notNull().defaultTo(0).check(check))
      .execute();
  // The database itself refuses to give back more of an order than its price.
  await add(
    'orders',
    'refunded',
    sql`refunded >= 0 and (refunded = 0 or (refunded <= total_price and status = 'Paid'))`,
  );
  await add('accounts', 'total_paid_out', sql`total_paid_out >= 0`);
  await add('payments', 'left_chain', sql`left_chain in (0, 1)`);
  // A confirmed payment that was announced as gone and stands in no block since.
  await sql`update payments set left_chain = 1 where status = 'confirmed' and payment_type = 'on_chain'
    and block_height is null and txid in (select subject from events where type = 'PaymentLeftTheChain')`.execute(
    database,
  );
}

async function createEntries(schema: SchemaDialect, database: MigrationDatabase): Promise<void> {
  await schema
    .createTable(database, 'payout_entries')
    .addColumn('id', schema.integer, schema.identity)
    // The refund or the sweep that it went out for.
    .addColumn('out_id', schema.text, notNull)
    .addColumn('kind', schema.text, (column) => column.notNull().check(oneOf('kind', ['refund', 'sweep'])))
    .addColumn('txid', schema.text, (column) => column.references('payments.txid'))
    .addColumn('settlement_id', schema.integer, (column) => column.references('settlements.id'))
    .addColumn('amount', schema.integer, notNull)
    .addColumn('created_at', schema.time, notNull)
    .addCheckConstraint('payout_entries_amount_is_something', sql`amount <> 0`)
    .addCheckConstraint('payout_entries_of_refunds_have_a_payment', sql`(kind = 'refund') = (txid is not null)`)
    .addCheckConstraint('payout_entries_of_sweeps_are_of_no_order', sql`kind = 'refund' or settlement_id is null`)
    .execute();
}

const REFUND_STATES = [
  'waiting_for_address',
  'waiting_for_approval',
  'approved',
  'paying',
  'paid',
  'confirmed',
  'cancelled',
  'failed',
] as const;

async function createRefunds(schema: SchemaDialect, database: MigrationDatabase): Promise<void> {
  await schema
    .createTable(database, 'refunds')
    .addColumn('id', schema.integer, schema.identity)
    .addColumn('public_id', schema.text, (column) => column.notNull().unique())
    .addColumn('order_id', schema.text, (column) => column.notNull().references('orders.order_id'))
    .addColumn('customer_id', schema.text, notNull)
    .addColumn('kind', schema.text, (column) =>
      column.notNull().check(oneOf('kind', ['all', 'part', 'surplus', 'late'])),
    )
    .addColumn('amount', schema.integer, (column) => column.notNull().check(sql`amount > 0`))
    .addColumn('rate', schema.text, (column) => column.notNull().check(oneOf('rate', ['order', 'today'])))
    .addColumn('shop_amount', schema.text)
    .addColumn('currency', schema.text)
    .addColumn('reason', schema.text, notNull)
    .addColumn('is_visible', schema.integer, flag('is_visible'))
    .addColumn('record_in_shop', schema.integer, flag('record_in_shop'))
    .addColumn('shop_refund_id', schema.text)
    .addColumn('origin', schema.text, (column) =>
      column.notNull().check(oneOf('origin', ['operator', 'customer', 'shop'])),
    )
    .addColumn('state', schema.text, (column) => column.notNull().check(oneOf('state', REFUND_STATES)))
    .addColumn('address', schema.text)
    .addColumn('address_is_proven', schema.integer, flag('address_is_proven'))
    .addColumn('address_from', schema.text, (column) =>
      column.check(sql`address_from is null or ${oneOf('address_from', ['payer', 'customer', 'operator'])}`),
    )
    .addColumn('address_by', schema.text)
    .addColumn('requested_by', schema.text, notNull)
    .addColumn('approved_by', schema.text)
    .addColumn('approved_at', schema.time)
    .addColumn('approval_hash', schema.text)
    .addColumn('evidence', schema.text)
    .addColumn('needs_approval', schema.text)
    .addColumn('end_reason', schema.text)
    .addColumn('created_at', schema.time, notNull)
    .addColumn('updated_at', schema.time, notNull)
    .addCheckConstraint('refunds_address_comes_from_somewhere', sql`(address is null) = (address_from is null)`)
    .addCheckConstraint(
      'refunds_go_to_an_address',
      sql`address is not null or state in ('waiting_for_address', 'cancelled')`,
    )
    .addCheckConstraint(
      'refunds_are_approved',
      sql`approved_at is not null or state in ('waiting_for_address', 'waiting_for_approval', 'cancelled')`,
    )
    .execute();
}

const PAYOUT_STATES = [
  'waiting_for_approval',
  'approved',
  'leased',
  'sent',
  'confirmed',
  'unknown',
  'failed',
  'cancelled',
] as const;

async function createPayouts(schema: SchemaDialect, database: MigrationDatabase): Promise<void> {
  await schema
    .createTable(database, 'payouts')
    .addColumn('id', schema.integer, schema.identity)
    .addColumn('public_id', schema.text, (column) => column.notNull().unique())
    .addColumn('kind', schema.text, (column) => column.notNull().check(oneOf('kind', ['refund', 'sweep'])))
    .addColumn('refund_id', schema.text, (column) => column.unique().references('refunds.public_id'))
    .addColumn('address', schema.text, notNull)
    .addColumn('amount', schema.integer, (column) => column.notNull().check(sql`amount > 0`))
    .addColumn('state', schema.text, (column) => column.notNull().check(oneOf('state', PAYOUT_STATES)))
    .addColumn('reason', schema.text, notNull)
    .addColumn('requested_by', schema.text, notNull)
    .addColumn('approved_by', schema.text)
    .addColumn('approved_at', schema.time)
    .addColumn('approval_hash', schema.text)
    .addColumn('evidence', schema.text)
    .addColumn('leased_by', schema.text)
    .addColumn('lease_token', schema.text)
    .addColumn('lease_until', schema.time)
    .addColumn('leases', schema.integer, notNull)
    .addColumn('started_at', schema.time)
    .addColumn('txid', schema.text)
    .addColumn('sent_at', schema.time)
    .addColumn('confirmed_at', schema.time)
    .addColumn('problem', schema.text)
    .addColumn('created_at', schema.time, notNull)
    .addColumn('updated_at', schema.time, notNull)
    .addCheckConstraint('payouts_of_refunds_name_one', sql`(kind = 'refund') = (refund_id is not null)`)
    .addCheckConstraint(
      'payouts_are_approved',
      sql`approved_at is not null or state in ('waiting_for_approval', 'cancelled')`,
    )
    .addCheckConstraint(
      'payouts_are_sent_as_a_transaction',
      sql`txid is not null or state not in ('sent', 'confirmed')`,
    )
    .execute();
}

/** One row once payouts were stopped for the first time. */
async function createSwitch(schema: SchemaDialect, database: MigrationDatabase): Promise<void> {
  await schema
    .createTable(database, 'payout_switch')
    .addColumn('id', schema.integer, (column) => column.primaryKey().notNull().check(sql`id = 1`))
    .addColumn('is_stopped', schema.integer, flag('is_stopped'))
    .addColumn('reason', schema.text, notNull)
    .addColumn('actor', schema.text, notNull)
    .addColumn('updated_at', schema.time, notNull)
    .execute();
}

async function createIndexes(database: MigrationDatabase): Promise<void> {
  const index = (name: string, table: string, columns: string[], where?: RawBuilder<boolean>) => {
    const made = database.schema.createIndex(name).on(table).columns(columns);
    return (where === undefined ? made : made.where(where)).execute();
  };
  await index('payout_entries_by_out', 'payout_entries', ['out_id', 'id']);
  await index('payout_entries_by_payment', 'payout_entries', ['txid', 'settlement_id']);
  await index('payments_left_chain', 'payments', ['txid'], sql<boolean>`left_chain = 1`);
  await index('refunds_by_order', 'refunds', ['order_id', 'id']);
  await index('refunds_by_customer', 'refunds', ['customer_id', 'id']);
  await index('refunds_by_state', 'refunds', ['state', 'id']);
  await index('refunds_by_requester', 'refunds', ['requested_by', 'created_at']);
  await index('refunds_by_time', 'refunds', ['created_at']);
  await index('payouts_by_state', 'payouts', ['state', 'id']);
  await database.schema
    .createIndex('refunds_by_shop_refund')
    .unique()
    .on('refunds')
    .column('shop_refund_id')
    .where(sql<boolean>`shop_refund_id is not null`)
    .execute();
  // A transaction pays once.
  await database.schema
    .createIndex('payouts_by_transaction')
    .unique()
    .on('payouts')
    .column('txid')
    .where(sql<boolean>`txid is not null`)
    .execute();
}

async function forbidChanges(schema: SchemaDialect, database: MigrationDatabase): Promise<void> {
  await schema.forbid(database, 'payout_entries', 'delete');
  await schema.forbid(database, 'payout_entries', 'update');
  await schema.forbid(database, 'refunds', 'delete');
  await schema.forbid(database, 'payouts', 'delete');
  await schema.forbid(database, 'payout_switch', 'delete');
  await schema.forbid(database, 'refunds', 'update', undefined, refundsKeep());
  await schema.forbid(database, 'payouts', 'update', undefined, payoutsKeep());
}

/** What a refund is of never changes. Its address does until it is approved; an ended one stays ended. */
function refundsKeep(): RawBuilder<unknown> {
  const kept = ['id', 'public_id', 'order_id', 'customer_id', 'kind', 'amount', 'rate', 'requested_by', 'created_at'];
  const same = kept.map((column) => sql`old.${sql.ref(column)} = new.${sql.ref(column)}`);
  return sql`${sql.join(same, sql` and `)}
    and (old.state in ('waiting_for_address', 'waiting_for_approval')
      or (old.address = new.address and old.approved_at = new.approved_at))
    and (old.state not in ('cancelled', 'failed') or old.state = new.state)`;
}

/** What a payout pays to whom never changes, and neither does the transaction that paid it. */
function payoutsKeep(): RawBuilder<unknown> {
  const kept = ['id', 'public_id', 'kind', 'address', 'amount', 'requested_by', 'created_at'];
  const same = kept.map((column) => sql`old.${sql.ref(column)} = new.${sql.ref(column)}`);
  return sql`${sql.join(same, sql` and `)}
    and coalesce(old.refund_id, '') = coalesce(new.refund_id, '')
    and (old.txid is null or new.txid is null or old.txid = new.txid)
    and (old.state not in ('cancelled', 'failed') or old.state = new.state)`;
}
