import type { RawBuilder, SqlBool } from 'kysely';

/** An index over the memos of orders. Each database has its own. */
export interface MemoIndex {
  /** Whether the text is long enough to be found by the index. */
  canFind(memo: string): boolean;
  /** Whether an order's memo contains the text, ignoring the case of a to z. */
  contains(memo: string): RawBuilder<SqlBool>;
  /**
   * A query of one column, `position`, which increases with the time of the orders. It finds every order whose memo contains
   * the text, and perhaps others, from the whole second of `from` to that of `until`.
   */
  found(memo: string, from: Date | undefined, until: Date | undefined): RawBuilder<unknown>;
  /** A join that preserves the order of the index, which the planner might otherwise change. */
  readonly joinInOrder: RawBuilder<unknown>;
  /**
   * Whether the database streams results in order, from the index and from a union of sorted branches. Otherwise it first
   * collects all of them and then sorts.
   */
  readonly isOrdered: boolean;
  /** The order's id in a position. */
  idOf(position: RawBuilder<unknown>): RawBuilder<unknown>;
}
