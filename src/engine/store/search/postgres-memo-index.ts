import { sql } from 'kysely';
import type { MigrationDatabase } from '#migrations/schema.ts';
import { anywhere, hasTrigram, idOf, LAST_SECOND, ORDERS_A_SECOND } from './memo-positions.ts';
import type { MemoIndex } from './order-search.ts';

/**
 * PostgreSQL's index over the memos of orders: the trigrams of the extension pg_trgm, which comes with PostgreSQL. Any
 * search for a memo is right without it, only slower, so a database that may not have the extension is served too.
 */

const POSITION_SQL = `least(greatest(floor(extract(epoch from orders.created_at))::bigint, ${-LAST_SECOND}), ${LAST_SECOND})
  * ${ORDERS_A_SECOND} + orders.id`;

/** Makes the index where the database has the extension, or its owner may add it. */
export async function createMemoIndex(database: MigrationDatabase): Promise<void> {
  await sql`do $$ begin
      create extension if not exists pg_trgm;
      create index orders_by_memo on orders using gin (memo gin_trgm_ops);
    exception when insufficient_privilege or undefined_file or undefined_object or feature_not_supported then
      raise warning 'Without the extension pg_trgm, searching orders by memo looks at every order';
    end $$`.execute(database);
}

/** The first moment of a time's second. */
function secondOf(time: Date): string {
  return new Date(Math.floor(time.getTime() / 1000) * 1000).toISOString();
}

/** By the collation "C", in which all texts are kept, `ilike` takes the letters from a to z alone as the same in either case. */
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
