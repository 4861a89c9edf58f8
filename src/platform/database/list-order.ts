import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { IdRange, ListOrder } from '#platform/list-order.ts';

/** How what comes later in a list compares with what comes before it. */
export function beyond(order: ListOrder): RawBuilder<unknown> {
  return order === 'asc' ? sql`>` : sql`<`;
}

/** How what comes later in a list, or is the same, compares with what comes before it. */
export function beyondOrAt(order: ListOrder): RawBuilder<unknown> {
  return order === 'asc' ? sql`>=` : sql`<=`;
}

/** The ids of a page, as a condition of its rows. */
export function idsBetween(column: string, after: bigint, { before }: IdRange): RawBuilder<SqlBool> {
  const above = sql<SqlBool>`${sql.ref(column)} > ${after}`;
  return before === undefined ? above : sql<SqlBool>`${above} and ${sql.ref(column)} < ${before}`;
}
