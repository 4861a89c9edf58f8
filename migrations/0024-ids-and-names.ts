import { sql } from 'kysely';
import type { MigrationDatabase, SchemaMigration } from '../src/store/schema.ts';

/** How many orders the report names one by one; of the others it says how many there are. */
const MAX_NAMED_ORDERS = 1000;

/**
 * An order's id is the shop's id, and its name the `alt_id`, whatever TPG_SHOPIFY_ORDER_ID_FIELD says. Where that setting
 * was `name`, orders stand here under their names, and the shop's ids of them were never kept: not with the orders, nor
 * in their events, and bodies of webhooks only where these could not be used. So nothing here can turn a name into an id,
 * and an order id is a part of journals that never change. Those orders keep their names as ids. What the shop says of
 * them is recognised by name and time of creation, and they are found by name, so that none is entered twice. This
 * migration reports which they are, in the audit log.
 *
 * Of two updates that the shop made in one second the one counts that it sent later, so that time is kept from now on.
 */
export const idsAndNames: SchemaMigration = (schema) => ({
  async up(database) {
    const add = (table: string, column: string) =>
      database.schema.alterTable(table).addColumn(column, schema.text).execute();
    await add('orders', 'shop_triggered_at');
    await add('early_news', 'triggered_at');
    await add('early_news', 'outstanding');
    await reportNames(database);
  },
});

async function reportNames(database: MigrationDatabase): Promise<void> {
  const named = database.selectFrom('orders').where('alt_id', '=', sql.ref('order_id'));
  const counts = await named
    .select(['status', sql<number | bigint>`count(*)`.as('count')])
    .groupBy('status')
    .orderBy('status')
    .execute();
  if (counts.length === 0) return;
  const open = await named
    .select('order_id')
    .where('status', 'in', ['Unclaimed', 'New'])
    .orderBy('id')
    .limit(MAX_NAMED_ORDERS)
    .execute();
  const report = {
    known_by_name: Object.fromEntries(counts.map(({ status, count }) => [status, Number(count)])),
    open: open.map(({ order_id }) => order_id),
  };
  await database
    .insertInto('audit_log')
    .values({
      created_at: new Date().toISOString(),
      actor: 'migration 0024',
      action: 'report orders that are known by name',
      subject: 'orders',
      reason:
        'They were entered while TPG_SHOPIFY_ORDER_ID_FIELD was name. The ids that the shop gives them were not kept, so that their order_id stays their name; orders that come from now on have the id of the shop.',
      before: null,
      after: JSON.stringify(report),
    })
    .execute();
}
