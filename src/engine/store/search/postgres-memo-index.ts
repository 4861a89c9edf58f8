import { sql } from 'kysely';
import type { MemoIndex } from './memo-index.ts';
import { anywhere, hasTrigram, idOf, LAST_SECOND, ORDERS_A_SECOND } from './memo-positions.ts';

/**
 * PostgreSQL's index over the memos of orders: the trigrams of the extension pg_trgm, which ships with PostgreSQL. Without
 * it memo searches are correct but slower, so databases that do not allow the extension are supported too.
 */

const POSITION_SQL = `least(greatest(floor(extract(epoch from orders.created_at))::bigint, ${-LAST_SECOND}), ${LAST_SECOND})
  * ${ORDERS_A_SECOND} + orders.id`;

/** The start of a time's second. */
function secondOf(time: Date): string {
  return new Date(Math.floor(time.getTime() / 1000) * 1000).toISOString();
}

/** With the collation "C" of all text columns, `ilike` ignores the case of a to z only. */
const contains = (memo: string) => sql<boolean>`orders.memo ilike ${anywhere(memo)}`;

export const postgresMemoIndex: MemoIndex = {
  canFind: hasTrigram,

  contains,

  joinInOrder: sql`join`,

  isOrdered: false,

  found(memo, from, until) {
    const range = [contains(memo)];
    if (from) range.push(sql`orders.created_at >= ${secondOf(from)}`);
    if (until) range.push(sql`orders.created_at < ${secondOf(new Date(until.getTime() + 1000))}`);
    return sql`select ${sql.raw(POSITION_SQL)} as position from orders where ${sql.join(range, sql` and `)}`;
  },

  idOf,
};
