import { type RawBuilder, type SqlBool, sql } from 'kysely';

/** How a list is sorted by the time of its rows: oldest first, or newest first. */
export const LIST_ORDERS = ['asc', 'desc'] as const;
export type ListOrder = (typeof LIST_ORDERS)[number];

/** How what comes later in a list compares with what comes before it. */
export function beyond(order: ListOrder): RawBuilder<unknown> {
  return order === 'asc' ? sql`>` : sql`<`;
}

/** How what comes later in a list, or is the same, compares with what comes before it. */
export function beyondOrAt(order: ListOrder): RawBuilder<unknown> {
  return order === 'asc' ? sql`>=` : sql`<=`;
}

export function opposite(order: ListOrder): ListOrder {
  return order === 'asc' ? 'desc' : 'asc';
}

/** Beside the id that a page begins after: ids below which it stays, and whether the highest come first. */
export interface IdRange {
  before?: bigint | undefined;
  order?: ListOrder | undefined;
}

/** The ids of a page, as a condition of its rows. */
export function idsBetween(column: string, after: bigint, { before }: IdRange): RawBuilder<SqlBool> {
  const above = sql<SqlBool>`${sql.ref(column)} > ${after}`;
  return before === undefined ? above : sql<SqlBool>`${above} and ${sql.ref(column)} < ${before}`;
}
