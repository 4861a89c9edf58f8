import { sql } from 'kysely';
import type { MemoIndex } from './memo-index.ts';
import { anywhere, hasTrigram, idOf, LAST_SECOND, ORDERS_A_SECOND, TRIGRAM_LENGTH } from './memo-positions.ts';

/**
 * SQLite's trigram index over the memos of orders (FTS5). Its row ids are positions that increase with the time of the
 * order, so it returns results oldest first and can start anywhere. A migration created it.
 */

function secondOf(time: Date): bigint {
  const second = BigInt(Math.floor(time.getTime() / 1000));
  if (second > LAST_SECOND) return LAST_SECOND;
  return second < -LAST_SECOND ? -LAST_SECOND : second;
}

/** The trigrams of a text, each as a phrase of the query language of FTS5. */
function trigramsOf(text: string): string[] {
  const characters = [...text];
  const trigrams = characters
    .slice(0, 1 - TRIGRAM_LENGTH)
    .map((_, index) => characters.slice(index, index + 3).join(''));
  return [...new Set(trigrams)].map((trigram) => `"${trigram.replaceAll('"', '""')}"`);
}

export const sqliteMemoIndex: MemoIndex = {
  canFind: hasTrigram,

  contains: (memo) => sql`orders.memo like ${anywhere(memo)} escape '\\'`,

  joinInOrder: sql`cross join`,

  isOrdered: true,

  found(memo, from, until) {
    const range = [sql`order_memos match ${trigramsOf(memo).join(' AND ')}`];
    if (from) range.push(sql`order_memos.rowid >= ${secondOf(from) * ORDERS_A_SECOND}`);
    if (until) range.push(sql`order_memos.rowid <= ${secondOf(until) * ORDERS_A_SECOND + ORDERS_A_SECOND - 1n}`);
    return sql`select order_memos.rowid as position from order_memos where ${sql.join(range, sql` and `)}`;
  },

  idOf,
};
