import { sql } from 'kysely';
import type { MigrationDatabase } from '#migrations/schema.ts';
import { anywhere, hasTrigram, idOf, LAST_SECOND, ORDERS_A_SECOND, TRIGRAM_LENGTH } from './memo-positions.ts';
import type { MemoIndex } from './order-search.ts';

/**
 * SQLite's index over the memos of orders: every three characters that follow each other (FTS5, trigram). Its row ids
 * are positions that rise with the time of the order, so that it hands out what it finds oldest first and can begin
 * anywhere.
 */

const SECOND_SQL = (row: string) =>
  `min(max(coalesce(unixepoch(${row}.created_at), 0), ${-LAST_SECOND}), ${LAST_SECOND})`;
const POSITION_SQL = (row: string) => `${SECOND_SQL(row)} * ${ORDERS_A_SECOND} + ${row}.id`;

/**
 * Makes the index and the triggers that keep it. It holds neither the memos themselves nor where in them the trigrams
 * stand (`detail=none`), which makes it cheaper to keep and a quarter smaller or more; whoever searches it looks at the memos it finds.
 */
export async function createMemoIndex(database: MigrationDatabase): Promise<void> {
  const statements = [
    `create virtual table order_memos
       using fts5(memo, tokenize = 'trigram', content = '', contentless_delete = 1, detail = none)`,
    `insert into order_memos (rowid, memo)
       select ${POSITION_SQL('orders')}, memo from orders where memo is not null order by 1`,
    `create trigger orders_memo_inserted after insert on orders when new.memo is not null begin
       insert into order_memos (rowid, memo) values (${POSITION_SQL('new')}, new.memo);
     end`,
    `create trigger orders_memo_updated after update of memo on orders when old.memo is not new.memo begin
       delete from order_memos where rowid = ${POSITION_SQL('old')};
       insert into order_memos (rowid, memo) select ${POSITION_SQL('new')}, new.memo where new.memo is not null;
     end`,
  ];
  for (const statement of statements) await sql.raw(statement).execute(database);
}

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
