import { type RawBuilder, sql } from 'kysely';
import { type JsonField, jsonRow } from '#platform/database/json-rows.ts';
import type { RepositoryConnection } from '#platform/database/store.ts';
import { type JsonText, parseJson } from '#platform/json.ts';
import type { ListOrder } from '#platform/list-order.ts';
import { type OrderPosition, USABLE_CREDIT } from './orders.ts';
import type { PaymentPosition } from './payments.ts';

/**
 * Orders, payments and settlements as JSON, made by the database in the shapes of `engine/views.ts`. Their positions are
 * taken from their JSON: that of a whole page's last row alone is needed.
 */

/** A row of a list as JSON. */
export interface RowText {
  json: JsonText;
}

/** An order as JSON without its last field, `pay_to`, which is computed from its id. */
export interface OrderText extends RowText {
  order_id: string;
}

type Dialect = RepositoryConnection['dialect'];

/** As `amountMissing` of the views. */
const amountMissing = (dialect: Dialect) => sql`case when orders.status in ('Unclaimed', 'New') then
  ${sql.raw(dialect === 'sqlite' ? 'max' : 'greatest')}(orders.total_price - orders.own_money - ${USABLE_CREDIT}, 0) end`;

const orderJson = (dialect: Dialect, memo: JsonField) =>
  jsonRow(dialect, {
    id: 'orders.id',
    order_id: 'orders.order_id',
    alt_id: 'orders.alt_id',
    customer_id: 'orders.customer_id',
    memo,
    total_price: 'orders.total_price',
    original_price: 'orders.original_price',
    currency: 'orders.currency',
    created_at: { time: 'orders.created_at' },
    updated_at: { time: 'orders.updated_at' },
    status: 'orders.status',
    amount_outstanding: 'orders.amount_outstanding',
    amount_missing: amountMissing(dialect),
    amount_seen: 'orders.amount_seen',
  });

/**
 * The columns of `OrderText`.
 * @param memo an expression in place of the customer's note.
 */
export function orderText(dialect: Dialect, memo: JsonField = 'orders.memo'): RawBuilder<unknown> {
  return sql`${orderJson(dialect, memo)} as json, orders.order_id`;
}

/**
 * The orders of a page, whose ids and times another query selects: so only those that are shown are made into text.
 * @param page selects `id` and `created_at` of as many orders as the page has.
 */
export function rowsOfPage<Row>(
  dialect: Dialect,
  page: RawBuilder<unknown>,
  order: ListOrder,
  columns: RawBuilder<unknown>,
): RawBuilder<Row> {
  // SQLite's planner might otherwise walk through all orders.
  const join = sql.raw(dialect === 'sqlite' ? 'cross join' : 'join');
  const direction = sql.raw(order);
  return sql<Row>`select ${columns} from (${page}) page ${join} orders on orders.id = page.id
    order by page.created_at ${direction}, page.id ${direction}`;
}

export const paymentJson = (dialect: Dialect) =>
  jsonRow(dialect, {
    txid: 'payments.txid',
    created_at: { time: 'payments.created_at' },
    updated_at: { time: 'payments.updated_at' },
    sender: 'payments.sender',
    amount: 'payments.amount',
    memo: 'payments.memo',
    payment_type: 'payments.payment_type',
    status: 'payments.status',
    order_id: 'payments.order_id',
    payment_reference: 'payments.payment_reference',
    block_height: 'payments.block_height',
  });

export const settlementJson = (dialect: Dialect) =>
  jsonRow(dialect, {
    id: 'settlements.id',
    created_at: { time: 'settlements.created_at' },
    order_id: 'settlements.order_id',
    payment_address: sql`coalesce(accounts.address, settlements.sender)`,
    settlement_type: 'settlements.settlement_type',
    amount: 'settlements.amount',
  });

// ---- Positions --------------------------------------------------------------------------------------------------------

export function positionOfOrder({ json }: RowText): OrderPosition {
  const { created_at: time, id } = parseJson(json) as { created_at: string; id: number | bigint };
  return { createdAt: new Date(time), id: BigInt(id) };
}

export function positionOfPayment({ json }: RowText): PaymentPosition {
  const { created_at: time, txid } = parseJson(json) as { created_at: string; txid: string };
  return { createdAt: new Date(time), txid };
}

export function positionOfSettlement({ json }: RowText): bigint {
  return BigInt((parseJson(json) as { id: number | bigint }).id);
}
