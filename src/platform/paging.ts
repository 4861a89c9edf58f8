import { setImmediate as nextTurn } from 'node:timers/promises';
import type { JsonText } from './json.ts';
import type { ListOrder } from './list-order.ts';

/** The most rows for a caller who gives no limit. Existing clients give none and expect everything. */
export const MAX_ROWS = 10_000;

/** Rows read in one transaction; between two of them other requests get their turn. */
const ROWS_AT_ONCE = 1000;

/** A page of a list. */
export interface PageRequest<Position> {
  /** The last row of the previous page. */
  after?: Position | undefined;
  /** The number of rows; up to MAX_ROWS by default. */
  limit?: number | undefined;
  /** Oldest first by default; only lists that are sorted by time can be read in reverse. */
  order?: ListOrder | undefined;
}

export interface Page<Row, Position> {
  rows: Row[];
  /** Where the next page begins; undefined if there is none. */
  next: Position | undefined;
}

/** A page of a list as JSON. */
export interface TextPage<Position> {
  text: JsonText;
  /** Where the next page begins; undefined if there is none. */
  next: Position | undefined;
}

/** Reads one row more than requested, to know whether there is a next page. */
export async function readPage<Row, Position>(
  { after, limit = MAX_ROWS }: PageRequest<Position>,
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
