import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { IdRange, ListOrder } from '#platform/list-order.ts';

/** The operator by which a later row of a list compares with an earlier one. */
export function beyond(order: ListOrder): RawBuilder<unknown> {
  return order === 'asc' ? sql`>` : sql`<`;
}

/** The operator by which a later or equal row of a list compares with an earlier one. */
export function beyondOrAt(order: ListOrder): RawBuilder<unknown> {
  return order === 'asc' ? sql`>=` : sql`<=`;
}

/** The condition that selects the rows of a page. */
export function idsBetween(column: string, after: bigint, { before }: IdRange): RawBuilder<SqlBool> {
  const above = sql<SqlBool>`${sql.ref(column)} > ${after}`;
  return before === undefined ? above : sql<SqlBool>`${above} and ${sql.ref(column)} < ${before}`;
}
