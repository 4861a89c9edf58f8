import { type RawBuilder, type SqlBool, sql } from 'kysely';

/** How a list is sorted by the time of its rows: oldest first, or newest first. */
export const LIST_ORDERS = ['asc', 'desc'] as const;
export type ListOrder = (typeof LIST_ORDERS)[number];

/** The operator by which a later row of a list compares with an earlier one. */
export function beyond(order: ListOrder): RawBuilder<unknown> {
  return order === 'asc' ? sql`>` : sql`<`;
}

/** The operator by which a later or equal row of a list compares with an earlier one. */
export function beyondOrAt(order: ListOrder): RawBuilder<unknown> {
  return order === 'asc' ? sql`>=` : sql`<=`;
}

export function opposite(order: ListOrder): ListOrder {
  return order === 'asc' ? 'desc' : 'asc';
}

/** The range of a page besides the id that it starts after: an upper bound, and whether the highest ids come first. */
export interface IdRange {
  before?: bigint | undefined;
  order?: ListOrder | undefined;
}

/** The condition that selects the rows of a page. */
export function idsBetween(column: string, after: bigint, { before }: IdRange): RawBuilder<SqlBool> {
  const above = sql<SqlBool>`${sql.ref(column)} > ${after}`;
  return before === undefined ? above : sql<SqlBool>`${above} and ${sql.ref(column)} < ${before}`;
}
