import { sql } from 'kysely';
import { parse } from 'lossless-json';
import type { MigrationDatabase, SchemaMigration } from './schema.ts';

/** How many orders the report names one by one; of the others it says how many there are. */
const MAX_NAMED_ORDERS = 1000;
/** How many bodies are read at once: each may have 2 MB. */
const BODIES_AT_ONCE = 20;

/**
 * An order's id is the shop's id, and its name the `alt_id`, whatever TPG_SHOPIFY_ORDER_ID_FIELD says. Where that setting
 * was `name`, orders stand here under their names. An order id is a part of journals, events and payments that never
 * change, so that those orders keep theirs; beside it stands from now on the id that the shop has for them, where it is
 * known. It was not kept with them. It is in the bodies of webhooks that could not be used, which are looked through here,
 * and in whatever the shop says of such an order from now on, which is recognised by name and time of creation. Which
 * orders are concerned is reported in the audit log.
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
    await add('orders', 'shop_id');
    await database.schema
      .createIndex('orders_by_shop_id')
      .unique()
      .on('orders')
      .column('shop_id')
      .where(sql.ref('shop_id'), 'is not', null)
      .execute();
    const learnt = (await byName(database).select('id').limit(1).execute()).length === 0 ? {} : await learn(database);
    await report(database, learnt);
  },
});

/** The orders whose name stands in place of their id. */
const byName = (database: MigrationDatabase) => database.selectFrom('orders').where('alt_id', '=', sql.ref('order_id'));

/** Takes the shop's ids of orders from the bodies that are kept. Answers them by the orders' names. */
async function learn(database: MigrationDatabase): Promise<Record<string, string>> {
  const learnt: Record<string, string> = {};
  for (let after = 0n; ; ) {
    const rows: { id: number | bigint; body: string }[] = await database
      .selectFrom('webhooks')
      .select(['id', 'body'])
      .where('body', 'is not', null)
      .where('topic', 'like', 'orders/%')
      .where('id', '>', after)
      .orderBy('id')
      .limit(BODIES_AT_ONCE)
      .execute();
    for (const { id, body } of rows) {
      after = BigInt(id);
      const told = orderIn(body);
      if (told !== undefined && (await learnOne(database, told))) learnt[told.name] = told.id;
    }
    if (rows.length < BODIES_AT_ONCE) return learnt;
  }
}

interface ToldOrder {
  id: string;
  name: string;
  createdAt: Date;
}

/** What a body says of the order that it is about; undefined where it says too little. */
function orderIn(body: string): ToldOrder | undefined {
  try {
    // Ids can pass 2^53: numbers are left as their texts.
    const order = parse(body, undefined, (digits) => digits) as Record<string, unknown> | null;
    const { id, name, created_at: createdAt } = order ?? {};
    if (typeof id !== 'string' || !/^[1-9]\d{0,254}$/.test(id)) return undefined;
    if (typeof name !== 'string' || typeof createdAt !== 'string') return undefined;
    const time = new Date(createdAt);
    return Number.isNaN(time.getTime()) ? undefined : { id, name, createdAt: time };
  } catch {
    return undefined;
  }
}

async function learnOne(database: MigrationDatabase, { id, name, createdAt }: ToldOrder): Promise<boolean> {
  const isTaken = await database
    .selectFrom('orders')
    .select('id')
    .where((where) => where.or([where('order_id', '=', id), where('shop_id', '=', id)]))
    .executeTakeFirst();
  if (isTaken !== undefined) return false;
  const { numUpdatedRows } = await database
    .updateTable('orders')
    .set({ shop_id: id })
    .where('order_id', '=', name)
    .where('alt_id', '=', name)
    .where('created_at', '=', createdAt.toISOString())
    .where('shop_id', 'is', null)
    .executeTakeFirstOrThrow();
  return numUpdatedRows === 1n;
}

async function report(database: MigrationDatabase, learnt: Record<string, string>): Promise<void> {
  const counts = await byName(database)
    .select(['status', sql<number | bigint>`count(*)`.as('count')])
    .groupBy('status')
    .orderBy('status')
    .execute();
  if (counts.length === 0) return;
  const open = await byName(database)
    .select('order_id')
    .where('status', 'in', ['Unclaimed', 'New'])
    .where('shop_id', 'is', null)
    .orderBy('id')
    .limit(MAX_NAMED_ORDERS)
    .execute();
  const after = {
    known_by_name: Object.fromEntries(counts.map(({ status, count }) => [status, Number(count)])),
    ids_found: Object.fromEntries(Object.entries(learnt).slice(0, MAX_NAMED_ORDERS)),
    open_without_id: open.map(({ order_id }) => order_id),
  };
  await database
    .insertInto('audit_log')
    .values({
      created_at: new Date().toISOString(),
      actor: 'migration',
      action: 'report orders that are known by name',
      subject: '0024-ids-and-names',
      reason:
        'They were entered while TPG_SHOPIFY_ORDER_ID_FIELD was name, and their order_id stays their name. The ids that the shop has for them were found where a webhook is kept that tells them; the others are learnt when the shop speaks of them again. Orders that come from now on have the id of the shop.',
      before: null,
      after: JSON.stringify(after),
    })
    .execute();
}
