import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Kysely, type RawBuilder, type SqlBool, sql } from 'kysely';
import { type Order, type OrderPosition, orderOf, type ReadOrderRow, USABLE_CREDIT } from '#engine/store/orders.ts';
import { type EngineTables, ORDER_STATUSES, type OrderStatus } from '#engine/store/tables.ts';
import { type OrderText, orderText, rowsOfPage } from '#engine/store/texts.ts';
import { timeOf, timeText } from '#platform/database/columns.ts';
import { beyond, beyondOrAt } from '#platform/database/list-order.ts';
import type { RepositoryConnection } from '#platform/database/store.ts';
import { type ListOrder, opposite } from '#platform/list-order.ts';
import type { MemoIndex } from './memo-index.ts';
import { postgresMemoIndex } from './postgres-memo-index.ts';
import { sqliteMemoIndex } from './sqlite-memo-index.ts';

/** A filter of orders. All given fields must match; an empty filter matches every order. */
export interface OrderFilter {
  /** A part of the memo. The case of a to z is ignored; `%` and `_` are literal. */
  memo?: string | undefined;
  orderId?: string | undefined;
  altId?: string | undefined;
  customerId?: string | undefined;
  currency?: string | undefined;
  /** The earliest and the latest creation time, both inclusive. */
  since?: Date | undefined;
  until?: Date | undefined;
  /** Any of these. */
  statuses?: readonly OrderStatus[] | undefined;
}

type Dialect = RepositoryConnection['dialect'];

const MEMO_INDEXES: Readonly<Record<Dialect, MemoIndex>> = {
  sqlite: sqliteMemoIndex,
  postgres: postgresMemoIndex,
};

/** How many orders ahead each index is probed to see how far it reaches. */
const LOOK_AHEAD = 500;

/** How many orders are scanned before everything that an index finds is sorted: frequent texts are among them. */
const FEW = 5_000;

/** The first step of a search without an index; steps grow, and between two of them other requests get their turn. */
const FIRST_STEP = 1_000;
const MAX_STEP = 16_000;

type Condition = RawBuilder<SqlBool>;

/** What lists of orders are sorted by. */
const POSITION = sql`orders.created_at, orders.id`;

/** The index that a search uses; the other conditions are checked row by row. */
type Way = 'memo' | 'customer_id' | 'currency' | 'status';

const allOf = (conditions: readonly Condition[]): Condition =>
  conditions.length === 0 ? sql<SqlBool>`1 = 1` : sql.join(conditions, sql` and `);

/** The column as an expression, so that the planner uses no other index than the one chosen here. */
const hidden = (column: string) => sql`${sql.ref(`orders.${column}`)} || ''`;

export type OrderSearchRepository = ReturnType<typeof orderSearchRepository>;

/**
 * The search for orders. It chooses the index itself, because no planner knows that a page of a list sorted by time is
 * wanted. Every index returns its orders by time, so the one whose next few hundred orders reach furthest has the fewest
 * to check; probing costs the same in a large shop as in a small one.
 */
export function orderSearchRepository(
  database: Kysely<EngineTables>,
  { dialect }: Pick<RepositoryConnection, 'dialect'>,
) {
  const objects = searchReading<ReadOrderRow>(database, dialect, sql`orders.*, ${USABLE_CREDIT} as usable_credit`);
  const texts = searchReading<OrderText>(database, dialect, orderText(dialect));
  return {
    /** Up to `limit` orders that match the filter, after the position in that order, by creation and then by id. */
    async search(
      filter: OrderFilter,
      after: OrderPosition | undefined,
      limit: number,
      order: ListOrder = 'asc',
    ): Promise<Order[]> {
      return (await objects({ filter, after, order }, limit)).map(orderOf);
    },

    /** The same as JSON. */
    searchTexts: (
      filter: OrderFilter,
      after: OrderPosition | undefined,
      limit: number,
      order: ListOrder = 'asc',
    ): Promise<OrderText[]> => texts({ filter, after, order }, limit),
  };
}

/** @param columns of the orders that are found. */
function searchReading<Row>(database: Kysely<EngineTables>, dialect: Dialect, columns: RawBuilder<unknown>) {
  const memoIndex = MEMO_INDEXES[dialect];

  /** The number of rows needed from each branch of a union; undefined if the database reads no more than it needs. */
  const mostOf = (rows: number) => (memoIndex.isOrdered ? undefined : rows);

  const readPage = async (page: RawBuilder<unknown>, { order }: Sought) =>
    (await rowsOfPage<Row>(dialect, page, order, columns).execute(database)).rows;

  const pageByState = (way: Way, sought: Sought, limit: number, conditions: readonly Condition[]) => {
    const query = byState(way, sought, [...timesOf(sought), ...conditions], mostOf(limit));
    return readPage(sql`${query} ${sorted(sought)} limit ${limit}`, sought);
  };

  /** The order that comes this many orders later in an index; undefined if there are fewer. */
  const orderAhead = async (way: Way, sought: Sought, orders: number) => {
    const query = byState(way, sought, timesOf(sought), mostOf(orders + 1));
    const { rows } = await sql<EndOfStep>`${query} ${sorted(sought)} limit 1 offset ${orders}`.execute(database);
    return rows[0];
  };

  /** Searches in steps if no index covers the memo: matches may be rare, and the search must not block the server. */
  const searchByState = async (way: Way, sought: Sought, limit: number) => {
    const { filter } = sought;
    const conditions = conditionsOf(filter, way, memoIndex);
    if (filter.memo === undefined || memoIndex.canFind(filter.memo)) {
      return pageByState(way, sought, limit, conditions);
    }
    const found: Row[] = [];
    let rest = sought;
    for (let step = FIRST_STEP; ; step = Math.min(4 * step, MAX_STEP)) {
      const missing = limit - found.length;
      const end = await orderAhead(way, rest, step);
      if (end === undefined) return [...found, ...(await pageByState(way, rest, missing, conditions))];
      found.push(...(await pageByState(way, withoutEnd(rest), missing, [upTo(end, rest), ...conditions])));
      if (found.length === limit) return found;
      rest = { ...rest, after: { createdAt: timeOf(end.created_at), id: end.id } };
      await nextTurn();
    }
  };

  const searchByName = (sought: Sought, limit: number) => {
    const { filter } = sought;
    const name = filter.orderId !== undefined ? 'order_id' : 'alt_id';
    const conditions = [
      sql<SqlBool>`${sql.ref(`orders.${name}`)} = ${filter.orderId ?? filter.altId}`,
      ...timesOf(sought),
      ...conditionsOf(filter, name, memoIndex),
      ...statusesOf(filter),
    ];
    return readPage(
      sql`select ${POSITION} from orders where ${allOf(conditions)} ${sorted(sought)} limit ${limit}`,
      sought,
    );
  };

  /** A page that the next few orders, or all remaining ones, can fill; undefined if it takes more. */
  const searchNear = async (sought: Sought, limit: number) => {
    const conditions = conditionsOf(sought.filter, 'status', memoIndex);
    const end = await orderAhead('status', sought, FEW);
    if (end === undefined) return pageByState('status', sought, limit, conditions);
    const found = await pageByState('status', withoutEnd(sought), limit, [upTo(end, sought), ...conditions]);
    return found.length === limit ? found : undefined;
  };

  const memoQuery = (sought: Sought) => {
    const { filter, order } = sought;
    const [from, until] = order === 'asc' ? [startOf(sought), filter.until] : [filter.since, startOf(sought)];
    return memoIndex.found(filter.memo ?? '', from, until);
  };

  /** A page in the order of positions, and the rest of its last second, within which positions and times may differ. */
  const searchByMemo = async (sought: Sought, limit: number) => {
    const { filter, order } = sought;
    const near = memoIndex.isOrdered ? undefined : await searchNear(sought, limit);
    if (near !== undefined) return near;
    const conditions = [...timesOf(sought), ...conditionsOf(filter, 'memo', memoIndex), ...statusesOf(filter)];
    const page = async (query: RawBuilder<unknown>, behind: Condition, most: number) => {
      const { rows } = await sql<Row & FoundOrder>`
        select ${columns}, orders.created_at, orders.id, found.position
        from (${query}) found ${memoIndex.joinInOrder} orders on orders.id = ${memoIndex.idOf(sql`found.position`)}
        where ${allOf([...conditions, behind])} order by found.position ${sql.raw(order)} limit ${most}`.execute(
        database,
      );
      return rows;
    };
    const rows = await page(memoQuery(sought), allOf([]), limit);
    const last = rows.at(-1);
    if (last !== undefined && rows.length === limit) {
      const second = new Date(last.created_at);
      const sameSecond = memoIndex.found(filter.memo ?? '', second, second);
      rows.push(...(await page(sameSecond, sql`found.position ${beyond(order)} ${last.position}`, NO_LIMIT)));
    }
    return rows.sort(comparison(order)).slice(0, limit);
  };

  /** The creation time of the order a few hundred orders later in the index; undefined if there are fewer. */
  const reachOf = async (way: Way, sought: Sought) => {
    if (way !== 'memo') return (await orderAhead(way, sought, LOOK_AHEAD))?.created_at;
    const { rows } = await sql<{ created_at: string }>`select orders.created_at from (
        ${memoQuery(sought)} order by 1 ${sql.raw(sought.order)} limit 1 offset ${LOOK_AHEAD}) found
      join orders on orders.id = ${memoIndex.idOf(sql`found.position`)}`.execute(database);
    return rows[0]?.created_at;
  };

  const bestWay = async (sought: Sought): Promise<Way> => {
    const [first = 'status', ...others] = waysOf(sought.filter, memoIndex);
    if (others.length === 0) return first;
    let best: { way: Way; reach: string } | undefined;
    for (const way of [first, ...others]) {
      const reach = await reachOf(way, sought);
      if (reach === undefined) return way;
      const isFurther = best === undefined || (sought.order === 'asc' ? reach > best.reach : reach < best.reach);
      if (isFurther) best = { way, reach };
    }
    return best?.way ?? first;
  };

  return async (sought: Sought, limit: number): Promise<Row[]> => {
    const { filter } = sought;
    if (filter.orderId !== undefined || filter.altId !== undefined) return searchByName(sought, limit);
    const way = await bestWay(sought);
    return way === 'memo' ? searchByMemo(sought, limit) : searchByState(way, sought, limit);
  };
}

/** The filter, the start of the page, and the order. */
interface Sought {
  filter: OrderFilter;
  after: OrderPosition | undefined;
  order: ListOrder;
}

/** The end of a step of a search. */
interface EndOfStep {
  created_at: string;
  id: bigint;
}

const sorted = ({ order }: Sought) => sql`order by created_at ${sql.raw(order)}, id ${sql.raw(order)}`;

const upTo = ({ created_at: time, id }: EndOfStep, { order }: Sought) =>
  sql<SqlBool>`(orders.created_at, orders.id) ${beyondOrAt(opposite(order))} (${time}, ${id})`;

/** The end of a step comes before the filter's own last time, which would only be a redundant bound. */
function withoutEnd(sought: Sought): Sought {
  const { since, until, ...filter } = sought.filter;
  return { ...sought, filter: sought.order === 'asc' ? { ...filter, since } : { ...filter, until } };
}

function waysOf(filter: OrderFilter, memoIndex: MemoIndex): Way[] {
  const ways: Way[] = [];
  if (filter.customerId !== undefined) ways.push('customer_id');
  if (filter.currency !== undefined) ways.push('currency');
  if (ways.length === 0 && filter.statuses !== undefined && memoIndex.isOrdered) ways.push('status');
  const hasIndex = filter.memo !== undefined && memoIndex.canFind(filter.memo);
  // If everything that it finds must be sorted, its reach does not matter.
  if (hasIndex && (memoIndex.isOrdered || ways.length === 0)) ways.push('memo');
  return ways;
}

/**
 * A union by state over one index; the database merges the branches, because each is sorted by time.
 * @param most rows of each state; all by default.
 */
function byState(way: Way, sought: Sought, conditions: readonly Condition[], most?: number): RawBuilder<unknown> {
  const { filter } = sought;
  const leading: Condition[] = [];
  if (way === 'customer_id') leading.push(sql`orders.customer_id = ${filter.customerId}`);
  if (way === 'currency') leading.push(sql`orders.currency = ${filter.currency}`);
  const statuses = filter.statuses ?? ORDER_STATUSES;
  const branches = statuses.map((status) => {
    const all = [...leading, sql<SqlBool>`orders.status = ${status}`, ...conditions];
    const branch = sql`select ${POSITION} from orders where ${allOf(all)}`;
    return most === undefined || statuses.length === 1 ? branch : sql`(${branch} ${sorted(sought)} limit ${most})`;
  });
  return sql.join(branches, sql` union all `);
}

/** What an order that the index of memos has found is sorted by. */
interface FoundOrder {
  created_at: string;
  id: bigint;
  position: bigint;
}

const NO_LIMIT = Number.MAX_SAFE_INTEGER;

/** Where the search starts: at the cursor, unless the caller's own first time is after it. */
function startOf({ filter: { since, until }, after, order }: Sought): Date | undefined {
  const bound = order === 'asc' ? since : until;
  if (after === undefined || bound === undefined) return after?.createdAt ?? bound;
  const isBehind = order === 'asc' ? after.createdAt >= bound : after.createdAt <= bound;
  return isBehind ? after.createdAt : bound;
}

/** A single bound at the start: given two, a database may choose the wrong one for its index. */
function timesOf(sought: Sought): Condition[] {
  const { filter, after, order } = sought;
  const start = startOf(sought);
  const end = order === 'asc' ? filter.until : filter.since;
  const conditions: Condition[] = [];
  if (start !== undefined) {
    const time = timeText(start);
    const isCursor = after !== undefined && start === after.createdAt;
    conditions.push(
      isCursor
        ? sql`(orders.created_at, orders.id) ${beyond(order)} (${time}, ${after.id})`
        : sql`orders.created_at ${beyondOrAt(order)} ${time}`,
    );
  }
  if (end !== undefined) conditions.push(sql`orders.created_at ${beyondOrAt(opposite(order))} ${timeText(end)}`);
  return conditions;
}

function statusesOf({ statuses }: OrderFilter): Condition[] {
  return statuses === undefined ? [] : [sql`${hidden('status')} in (${sql.join(statuses)})`];
}

/** The conditions besides time, state and the chosen index. */
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

function comparison(order: ListOrder): (one: FoundOrder, other: FoundOrder) => number {
  const sign = order === 'asc' ? 1 : -1;
  return (one, other) => {
    if (one.created_at === other.created_at) return one.id < other.id ? -sign : sign;
    return one.created_at < other.created_at ? -sign : sign;
  };
}
