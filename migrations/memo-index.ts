import { sql } from 'kysely';
import type { MigrationDatabase, SchemaDialect } from './schema.ts';

/**
 * The index over the memos of orders. Its row ids, and what PostgreSQL computes in its place, are positions: the second in
 * which the order was made, times 2^30, plus its id. They are a part of the schema and never change.
 */
const ORDERS_A_SECOND = 2n ** 30n;
const LAST_SECOND = 2n ** 33n - 1n;

const SECOND_SQL = (row: string) =>
  `min(max(coalesce(unixepoch(${row}.created_at), 0), ${-LAST_SECOND}), ${LAST_SECOND})`;
const POSITION_SQL = (row: string) => `${SECOND_SQL(row)} * ${ORDERS_A_SECOND} + ${row}.id`;

/** Indexes what stands anywhere in the memos of orders, of those that are there and of those that come. */
export function indexMemos(database: MigrationDatabase, { dialect }: Pick<SchemaDialect, 'dialect'>): Promise<void> {
  return dialect === 'sqlite' ? indexMemosOfSqlite(database) : indexMemosOfPostgres(database);
}

/**
 * Every three characters that follow each other (FTS5, trigram), and the triggers that keep it. It holds neither the memos
 * themselves nor where in them the trigrams stand (`detail=none`), which makes it cheaper to keep and a quarter smaller or
 * more; whoever searches it looks at the memos it finds.
 */
async function indexMemosOfSqlite(database: MigrationDatabase): Promise<void> {
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

/** Where the database has the extension pg_trgm, or its owner may add it: without it a search looks at every order. */
async function indexMemosOfPostgres(database: MigrationDatabase): Promise<void> {
  await sql`do $$ begin
      create extension if not exists pg_trgm;
      create index orders_by_memo on orders using gin (memo gin_trgm_ops);
    exception when insufficient_privilege or undefined_file or undefined_object or feature_not_supported then
      raise warning 'Without the extension pg_trgm, searching orders by memo looks at every order';
    end $$`.execute(database);
}
