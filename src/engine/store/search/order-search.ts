import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Kysely, type RawBuilder, type SqlBool, sql } from 'kysely';
import { type Order, type OrderPosition, orderOf, USABLE_CREDIT } from '#engine/store/orders.ts';
import { timeOf, timeText } from '#platform/database/columns.ts';
import { ORDER_STATUSES, type OrderStatus, type Tables } from '#platform/database/tables.ts';

/** What orders are searched by. All that is given must hold; nothing given is every order. */
export interface OrderFilter {
  /** Stands somewhere in the memo. Letters from a to z are the same in either case, `%` and `_` are themselves. */
  memo?: string | undefined;
  orderId?: string | undefined;
  altId?: string | undefined;
  customerId?: string | undefined;
  currency?: string | undefined;
  /** The earliest and the latest time of creation, both included. */
  since?: Date | undefined;
  until?: Date | undefined;
  /** Any of these. */
  statuses?: readonly OrderStatus[] | undefined;
}

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

/** So far each way to the orders is looked along, to see how far it reaches. */
const LOOK_AHEAD = 500;

/** Before all that an index finds is sorted, so many orders are looked at: what is frequent is among them. */
const FEW = 5_000;

/** A search without an index looks at so many orders in one go, first few, then more; between two goes others come. */
const FIRST_STEP = 1_000;
const LONGEST_STEP = 16_000;

type Condition = RawBuilder<SqlBool>;

/** Along what a search goes; what else must hold is looked at order by order. */
type Way = 'memo' | 'customer_id' | 'currency' | 'status';

const allOf = (conditions: readonly Condition[]): Condition =>
  conditions.length === 0 ? sql<SqlBool>`1 = 1` : sql.join(conditions, sql` and `);

/** As an expression: no planner then takes an index for it other than the one that was chosen here. */
const hidden = (column: string) => sql`${sql.ref(`orders.${column}`)} || ''`;

export type OrderSearchRepository = ReturnType<typeof orderSearchRepository>;

/**
 * The search for orders. It decides by itself along which index it goes, because no planner knows that a page of a list
 * sorted by time is wanted. Every index hands out its orders by time, so the one whose next few hundred orders reach
 * furthest is the one with the fewest to look at; that costs the same in a large shop as in a small one.
 */
export function orderSearchRepository(database: Kysely<Tables>, memoIndex: MemoIndex) {
  /** How many rows of each branch of a union are wanted; undefined where the database takes no more than it needs. */
  const mostOf = (rows: number) => (memoIndex.isOrdered ? undefined : rows);

  const pageByState = async (
    way: Way,
    filter: OrderFilter,
    after: OrderPosition | undefined,
    limit: number,
    conditions: readonly Condition[],
  ) => {
    const query = byState(
      way,
      filter,
      timesOf(filter, after),
      conditions,
      sql`orders.*, ${USABLE_CREDIT} as usable_credit`,
      mostOf(limit),
    );
    const { rows } = await sql<OrderRow>`${query} order by created_at, id limit ${limit}`.execute(database);
    return rows.map(orderOf);
  };

  /** The order that comes so many orders along an index; undefined where there are not so many. */
  const orderAhead = async (way: Way, filter: OrderFilter, after: OrderPosition | undefined, orders: number) => {
    const columns = sql`orders.created_at, orders.id`;
    const query = byState(way, filter, timesOf(filter, after), [], columns, mostOf(orders + 1));
    const { rows } = await sql<{ created_at: string; id: bigint }>`${query}
      order by created_at, id limit 1 offset ${orders}`.execute(database);
    return rows[0];
  };

  /** In steps where no index knows the memo, so that little may be found on a long way: it must not hold up the server. */
  const searchByState = async (way: Way, filter: OrderFilter, after: OrderPosition | undefined, limit: number) => {
    const conditions = conditionsOf(filter, way, memoIndex);
    if (filter.memo === undefined || memoIndex.canFind(filter.memo)) {
      return pageByState(way, filter, after, limit, conditions);
    }
    const found: Order[] = [];
    let from = after;
    for (let step = FIRST_STEP; ; step = Math.min(4 * step, LONGEST_STEP)) {
      const rest = limit - found.length;
      const end = await orderAhead(way, filter, from, step);
      if (end === undefined) return [...found, ...(await pageByState(way, filter, from, rest, conditions))];
      const upToEnd = sql<SqlBool>`(orders.created_at, orders.id) <= (${end.created_at}, ${end.id})`;
      // The end comes before `until`, which would only be a second bound to choose from.
      const part = { ...filter, until: undefined };
      found.push(...(await pageByState(way, part, from, rest, [upToEnd, ...conditions])));
      if (found.length === limit) return found;
      from = { createdAt: timeOf(end.created_at), id: end.id };
      await nextTurn();
    }
  };

  const searchByName = async (filter: OrderFilter, after: OrderPosition | undefined, limit: number) => {
    const name = filter.orderId !== undefined ? 'order_id' : 'alt_id';
    const conditions = [
      sql<SqlBool>`${sql.ref(`orders.${name}`)} = ${filter.orderId ?? filter.altId}`,
      ...timesOf(filter, after),
      ...conditionsOf(filter, name, memoIndex),
      ...statusesOf(filter),
    ];
    const { rows } = await sql<OrderRow>`select orders.*, ${USABLE_CREDIT} as usable_credit
      from orders where ${allOf(conditions)}
      order by created_at, id limit ${limit}`.execute(database);
    return rows.map(orderOf);
  };

  /** A page that is filled by the next few orders, or by all that there are; undefined where it takes more than those. */
  const searchNear = async (filter: OrderFilter, after: OrderPosition | undefined, limit: number) => {
    const conditions = conditionsOf(filter, 'status', memoIndex);
    const end = await orderAhead('status', filter, after, FEW);
    if (end === undefined) return pageByState('status', filter, after, limit, conditions);
    const upToEnd = sql<SqlBool>`(orders.created_at, orders.id) <= (${end.created_at}, ${end.id})`;
    const found = await pageByState('status', { ...filter, until: undefined }, after, limit, [upToEnd, ...conditions]);
    return found.length === limit ? found : undefined;
  };

  const memoQuery = (filter: OrderFilter, after: OrderPosition | undefined) =>
    memoIndex.found(filter.memo ?? '', startOf(filter, after), filter.until);

  /** A page in the order of positions, and the rest of its last second, in which positions and times may differ. */
  const searchByMemo = async (filter: OrderFilter, after: OrderPosition | undefined, limit: number) => {
    const near = memoIndex.isOrdered ? undefined : await searchNear(filter, after, limit);
    if (near !== undefined) return near;
    const conditions = [...timesOf(filter, after), ...conditionsOf(filter, 'memo', memoIndex), ...statusesOf(filter)];
    const page = async (query: RawBuilder<unknown>, behind: Condition, most: number) => {
      const { rows } = await sql<OrderRow & { position: bigint }>`
        select orders.*, ${USABLE_CREDIT} as usable_credit, found.position
        from (${query}) found ${memoIndex.joinInOrder} orders on orders.id = ${memoIndex.idOf(sql`found.position`)}
        where ${allOf([...conditions, behind])} order by found.position limit ${most}`.execute(database);
      return rows;
    };
    const rows = await page(memoQuery(filter, after), allOf([]), limit);
    const last = rows.at(-1);
    if (last !== undefined && rows.length === limit) {
      const second = new Date(last.created_at);
      const sameSecond = memoIndex.found(filter.memo ?? '', second, second);
      rows.push(...(await page(sameSecond, sql`found.position > ${last.position}`, NO_LIMIT)));
    }
    return rows.map(orderOf).sort(oldestFirst).slice(0, limit);
  };

  /** When the order was made that comes a few hundred orders along the way; undefined where there are not so many. */
  const reachOf = async (way: Way, filter: OrderFilter, after: OrderPosition | undefined) => {
    if (way !== 'memo') return (await orderAhead(way, filter, after, LOOK_AHEAD))?.created_at;
    const { rows } = await sql<{ created_at: string }>`select orders.created_at from (
        ${memoQuery(filter, after)} order by 1 limit 1 offset ${LOOK_AHEAD}) found
      join orders on orders.id = ${memoIndex.idOf(sql`found.position`)}`.execute(database);
    return rows[0]?.created_at;
  };

  const bestWay = async (filter: OrderFilter, after: OrderPosition | undefined): Promise<Way> => {
    const [first = 'status', ...others] = waysOf(filter, memoIndex);
    if (others.length === 0) return first;
    let best: { way: Way; reach: string } | undefined;
    for (const way of [first, ...others]) {
      const reach = await reachOf(way, filter, after);
      if (reach === undefined) return way;
      if (best === undefined || reach > best.reach) best = { way, reach };
    }
    return best?.way ?? first;
  };

  return {
    /** Up to `limit` orders that fit the filter, after the position, by creation and then by id. */
    async search(filter: OrderFilter, after: OrderPosition | undefined, limit: number): Promise<Order[]> {
      if (filter.orderId !== undefined || filter.altId !== undefined) return searchByName(filter, after, limit);
      const way = await bestWay(filter, after);
      return way === 'memo' ? searchByMemo(filter, after, limit) : searchByState(way, filter, after, limit);
    },
  };
}

function waysOf(filter: OrderFilter, memoIndex: MemoIndex): Way[] {
  const ways: Way[] = [];
  if (filter.customerId !== undefined) ways.push('customer_id');
  if (filter.currency !== undefined) ways.push('currency');
  if (ways.length === 0 && filter.statuses !== undefined && memoIndex.isOrdered) ways.push('status');
  const hasIndex = filter.memo !== undefined && memoIndex.canFind(filter.memo);
  // Where all that it finds must be sorted, how far that reaches is not worth asking.
  if (hasIndex && (memoIndex.isOrdered || ways.length === 0)) ways.push('memo');
  return ways;
}

/**
 * Along one index, state by state; the database merges them as they come, because each is sorted by time.
 * @param most rows of each state; all where it is left out.
 */
function byState(
  way: Way,
  filter: OrderFilter,
  times: readonly Condition[],
  conditions: readonly Condition[],
  columns: RawBuilder<unknown>,
  most?: number,
): RawBuilder<unknown> {
  const leading: Condition[] = [];
  if (way === 'customer_id') leading.push(sql`orders.customer_id = ${filter.customerId}`);
  if (way === 'currency') leading.push(sql`orders.currency = ${filter.currency}`);
  const statuses = filter.statuses ?? ORDER_STATUSES;
  const branches = statuses.map((status) => {
    const all = [...leading, sql<SqlBool>`orders.status = ${status}`, ...times, ...conditions];
    const branch = sql`select ${columns} from orders where ${allOf(all)}`;
    return most === undefined || statuses.length === 1
      ? branch
      : sql`(${branch} order by created_at, id limit ${most})`;
  });
  return sql.join(branches, sql` union all `);
}

type OrderRow = Parameters<typeof orderOf>[0];

const NO_LIMIT = Number.MAX_SAFE_INTEGER;

/** When the search begins: the cursor is later than `since` wherever both are given by one caller. */
function startOf({ since }: OrderFilter, after: OrderPosition | undefined): Date | undefined {
  if (after === undefined || since === undefined) return after?.createdAt ?? since;
  return after.createdAt >= since ? after.createdAt : since;
}

/** One lower bound only: of two, a database may take the wrong one to begin with. */
function timesOf(filter: OrderFilter, after: OrderPosition | undefined): Condition[] {
  const start = startOf(filter, after);
  const conditions: Condition[] = [];
  if (start !== undefined) {
    const time = timeText(start);
    const isCursor = after !== undefined && start === after.createdAt;
    conditions.push(
      isCursor ? sql`(orders.created_at, orders.id) > (${time}, ${after.id})` : sql`orders.created_at >= ${time}`,
    );
  }
  if (filter.until !== undefined) conditions.push(sql`orders.created_at <= ${timeText(filter.until)}`);
  return conditions;
}

function statusesOf({ statuses }: OrderFilter): Condition[] {
  return statuses === undefined ? [] : [sql`${hidden('status')} in (${sql.join(statuses)})`];
}

/** What must hold beside time, state, and what the search goes along. */
function conditionsOf(filter: OrderFilter, way: Way | 'order_id' | 'alt_id', memoIndex: MemoIndex): Condition[] {
  const values = {
    order_id: filter.orderId,
    alt_id: filter.altId,
    customer_id: filter.customerId,
    currency: filter.currency,
  };
  const conditions: Condition[] = [];
  for (const [column, value] of Object.entries(values)) {
    if (value !== undefined && column !== way) conditions.push(sql`${hidden(column)} = ${value}`);
  }
  if (filter.memo !== undefined) conditions.push(memoIndex.contains(filter.memo));
  return conditions;
}

function oldestFirst(one: Order, other: Order): number {
  return one.createdAt.getTime() - other.createdAt.getTime() || (one.id < other.id ? -1 : 1);
}
