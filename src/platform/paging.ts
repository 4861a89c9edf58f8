import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ListOrder } from './list-order.ts';

/** What a caller who names no limit gets at most. Existing clients name none and want everything. */
export const MOST_ROWS = 10_000;

/** So many are read in one go; between two goes others have their turn. */
const ROWS_AT_ONCE = 1000;

/** Which part of a list is wanted. */
export interface PageRequest<Position> {
  /** The row that the part before ended with. */
  after?: Position | undefined;
  /** How many rows; everything up to MOST_ROWS where it is not given. */
  limit?: number | undefined;
  /** Oldest first unless told; only lists that are sorted by time can be read from the other end. */
  order?: ListOrder | undefined;
}

export interface Page<Row, Position> {
  rows: Row[];
  /** Where the rest begins; undefined where there is none. */
  next: Position | undefined;
}

/** Reads one row more than is wanted, to know whether there is a rest. */
export async function readPage<Row, Position>(
  { after, limit = MOST_ROWS }: PageRequest<Position>,
  read: (after: Position | undefined, limit: number) => Promise<Row[]>,
  positionOf: (row: Row) => Position,
): Promise<Page<Row, Position>> {
  const rows: Row[] = [];
  let position = after;
  for (;;) {
    const wanted = Math.min(ROWS_AT_ONCE, limit + 1 - rows.length);
    const part = await read(position, wanted);
    rows.push(...part);
    const last = part.at(-1);
    if (last === undefined || part.length < wanted) return { rows, next: undefined };
    if (rows.length > limit) break;
    position = positionOf(last);
    await nextTurn();
  }
  rows.pop();
  return { rows, next: rows.slice(-1).map(positionOf)[0] };
}
