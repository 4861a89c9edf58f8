/** How a list is sorted by the time of its rows: oldest first, or newest first. */
export const LIST_ORDERS = ['asc', 'desc'] as const;
export type ListOrder = (typeof LIST_ORDERS)[number];

export function opposite(order: ListOrder): ListOrder {
  return order === 'asc' ? 'desc' : 'asc';
}

/** Beside the id that a page begins after: ids below which it stays, and whether the highest come first. */
export interface IdRange {
  before?: bigint | undefined;
  order?: ListOrder | undefined;
}
