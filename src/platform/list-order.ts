/** How a list is sorted by the time of its rows: oldest first, or newest first. */
export const LIST_ORDERS = ['asc', 'desc'] as const;
export type ListOrder = (typeof LIST_ORDERS)[number];

export function opposite(order: ListOrder): ListOrder {
  return order === 'asc' ? 'desc' : 'asc';
}

/** The range of a page besides the id that it starts after: an upper bound, and whether the highest ids come first. */
export interface IdRange {
  before?: bigint | undefined;
  order?: ListOrder | undefined;
}
