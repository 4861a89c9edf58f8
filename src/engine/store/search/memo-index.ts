import type { RawBuilder, SqlBool } from 'kysely';

/** An index over the memos of orders. Each database has its own. */
export interface MemoIndex {
  /** Whether the text is long enough to be found by the index. */
  canFind(memo: string): boolean;
  /** Whether the text stands in an order's memo, letters from a to z in either case. */
  contains(memo: string): RawBuilder<SqlBool>;
  /**
   * A query of one column, `position`, that rises with the time of the orders. It finds every order whose memo holds
   * the text and may find others; from the whole second of `from` to that of `until`.
   */
  found(memo: string, from: Date | undefined, until: Date | undefined): RawBuilder<unknown>;
  /** A join that goes through what was found in its order, where the planner would have it otherwise. */
  readonly joinInOrder: RawBuilder<unknown>;
  /**
   * Whether the database hands out what it finds in its order, one after another: by the index, and from branches of a
   * union that are each sorted. Otherwise it finds all first and sorts it.
   */
  readonly isOrdered: boolean;
  /** The order's id in a position. */
  idOf(position: RawBuilder<unknown>): RawBuilder<unknown>;
}
