import { type Kysely, type Selectable, type SqlBool, sql } from 'kysely';
import { accountOfColumn, amountOf, timeOf, timeText } from '#platform/database/columns.ts';
import { columnsOf, memoizeByNames, preparedQuery } from '#platform/database/prepared-query.ts';
import type { AccountId } from '#tari/address.ts';
import type { MicroTari } from '#tari/micro-tari.ts';
import { ordinalOf } from './account-ordinals.ts';
import type { ClaimKind, EngineTables, OrderStatus } from './tables.ts';

export interface Order {
  /** Counts from 1 in the order of arrival. */
  id: bigint;
  orderId: string;
  altId: string | null;
  customerId: string;
  memo: string | null;
  totalPrice: MicroTari;
  /** The price as the shop formats it, in `currency`. */
  originalPrice: string | null;
  currency: string;
  /** The rate of `totalPrice`, in µT per unit of `currency`. */
  exchangeRate: bigint;
  status: OrderStatus;
  /** The amount still due according to the shop, in its currency and format; null if it reported none. */
  amountOutstanding: string | null;
  /** The claimant; null while it is Unclaimed, and if only payments without a wallet's address named it. */
  claimedBy: AccountId | null;
  /** The kind of the claim; null while it is Unclaimed. */
  claimKind: ClaimKind | null;
  /** The unspent money of confirmed payments that named it, in µT. 0 once it is closed. */
  ownMoney: MicroTari;
  /** Further money that may pay it: its customer's credit, and the free credit of its signers. */
  usableCredit: MicroTari;
  /** Payments for it in a mempool, in µT: they are not in a block yet and have no effect. */
  amountSeen: MicroTari;
  /** How much of a Paid order was given back, or is about to be, in µT. */
  refunded: MicroTari;
  createdAt: Date;
  /** Our last change, from which time-outs are measured. */
  updatedAt: Date;
  /** The shop's last change that we know of. */
  shopUpdatedAt: Date;
  /** When the shop triggered the webhook of that change, as sortable text; null if it did not say. */
  shopTriggeredAt: string | null;
  /**
   * Proves to the pay page that a visitor belongs to the order: the shop's confirmation number, or a code of our own. Null
   * for an order that was not entered by the engine: it has no page.
   */
  pageCode: string | null;
  /** The customer's language in the shop, as the shop writes it; null if it reports none. */
  customerLocale: string | null;
}

/** The position of an order in a list sorted by creation. Neither part of it ever changes. */
export interface OrderPosition {
  createdAt: Date;
  id: bigint;
}

export type NewOrder = Omit<Order, 'id' | 'amountSeen' | 'refunded' | 'usableCredit' | 'ownMoney'>;

/** The fields that may change after an order was stored. */
export type OrderChange = Partial<
  Pick<
    Order,
    | 'customerId'
    | 'memo'
    | 'totalPrice'
    | 'originalPrice'
    | 'currency'
    | 'exchangeRate'
    | 'status'
    | 'amountOutstanding'
    | 'claimedBy'
    | 'claimKind'
    | 'ownMoney'
    | 'shopUpdatedAt'
    | 'shopTriggeredAt'
  >
>;

type OrderRow = Selectable<EngineTables['orders']>;

/** An order as it is read. */
export type ReadOrderRow = OrderRow & { usable_credit: bigint };

/** The usable credit of an order that can be paid, as an expression over `orders`. */
export const USABLE_CREDIT = sql<bigint>`case when orders.status in ('Unclaimed', 'New') then
  (select customers.credit from customers where customers.customer_id = orders.customer_id) +
  (select cast(coalesce(sum(accounts.free_credit), 0) as bigint) from order_claims
    join accounts on accounts.account = order_claims.account where order_claims.order_id = orders.order_id)
  else 0 end`;

export function orderOf(row: ReadOrderRow): Order {
  return {
    id: row.id,
    orderId: row.order_id,
    altId: row.alt_id,
    customerId: row.customer_id,
    memo: row.memo,
    totalPrice: amountOf(row.total_price),
    originalPrice: row.original_price,
    currency: row.currency,
    exchangeRate: row.exchange_rate,
    status: row.status,
    amountOutstanding: row.amount_outstanding,
    claimedBy: row.claimed_by === null ? null : accountOfColumn(row.claimed_by),
    claimKind: row.claim_kind,
    ownMoney: amountOf(row.own_money),
    usableCredit: amountOf(row.usable_credit),
    amountSeen: amountOf(row.amount_seen),
    refunded: amountOf(row.refunded),
    createdAt: timeOf(row.created_at),
    updatedAt: timeOf(row.updated_at),
    shopUpdatedAt: timeOf(row.shop_updated_at),
    shopTriggeredAt: row.shop_triggered_at,
    pageCode: row.page_code,
    customerLocale: row.customer_locale,
  };
}

/** The written columns; the others are derived. */
type WrittenRow = Omit<OrderRow, 'id' | 'claimant_ordinal' | 'shop_id' | 'amount_seen' | 'refunded' | 'imported_as'>;

function rowOf(order: NewOrder & Pick<Order, 'ownMoney'>): WrittenRow {
  return {
    order_id: order.orderId,
    alt_id: order.altId,
    customer_id: order.customerId,
    memo: order.memo,
    total_price: order.totalPrice,
    original_price: order.originalPrice,
    currency: order.currency,
    exchange_rate: order.exchangeRate,
    status: order.status,
    amount_outstanding: order.amountOutstanding,
    claimed_by: order.claimedBy,
    claim_kind: order.claimKind,
    own_money: order.ownMoney,
    created_at: timeText(order.createdAt),
    updated_at: timeText(order.updatedAt),
    shop_updated_at: timeText(order.shopUpdatedAt),
    shop_triggered_at: order.shopTriggeredAt,
    page_code: order.pageCode,
    customer_locale: order.customerLocale,
  };
}

/** The columns that may change after an order was stored, by their fields. */
const CHANGEABLE = {
  customerId: 'customer_id',
  memo: 'memo',
  totalPrice: 'total_price',
  originalPrice: 'original_price',
  currency: 'currency',
  exchangeRate: 'exchange_rate',
  status: 'status',
  amountOutstanding: 'amount_outstanding',
  claimedBy: 'claimed_by',
  claimKind: 'claim_kind',
  ownMoney: 'own_money',
  shopUpdatedAt: 'shop_updated_at',
  shopTriggeredAt: 'shop_triggered_at',
} as const satisfies Record<keyof OrderChange, keyof OrderRow>;

const COLUMNS = [
  'order_id',
  'alt_id',
  'page_code',
  'customer_locale',
  'created_at',
  'updated_at',
  ...Object.values(CHANGEABLE),
] as const;

export type OrderRepository = ReturnType<typeof orderRepository>;

/** The state is compared as an expression, so that the planner uses the index on what else is queried, which narrows the search. */
export function inStates(statuses: readonly OrderStatus[]) {
  return sql<SqlBool>`status || '' in (${sql.join(statuses)})`;
}

export function orderRepository(database: Kysely<EngineTables>) {
  const all = () => database.selectFrom('orders').selectAll('orders').select(USABLE_CREDIT.as('usable_credit'));

  const insert = preparedQuery<WrittenRow, { id: bigint }>(database, (value) =>
    database
      .insertInto('orders')
      .values({ ...columnsOf(value, COLUMNS), claimant_ordinal: ordinalOf(value('claimed_by')) })
      .returning('id'),
  );
  const select = preparedQuery<{ orderId: string }, ReadOrderRow>(database, (value) =>
    all().where('order_id', '=', value('orderId')),
  );
  const selectCalled = preparedQuery<{ name: string; spelledOut: string; limit: number }, ReadOrderRow>(
    database,
    (value) =>
      all()
        .where(({ eb, or }) =>
          or([
            eb('order_id', '=', value('name')),
            eb('shop_id', '=', value('name')),
            eb('alt_id', 'in', [value('name'), value('spelledOut')]),
          ]),
        )
        .orderBy('id', 'desc')
        .limit(value('limit')),
  );
  const selectByShopId = preparedQuery<{ shopId: string }, ReadOrderRow>(database, (value) =>
    all().where('shop_id', '=', value('shopId')),
  );
  const selectFunds = preparedQuery<{ orderId: string }, { own_money: bigint; usable_credit: bigint }>(
    database,
    (value) =>
      database
        .selectFrom('orders')
        .select(['own_money', USABLE_CREDIT.as('usable_credit')])
        .where('order_id', '=', value('orderId')),
  );
  const updateOwnMoney = preparedQuery<{ orderId: string; amount: bigint }>(database, (value) =>
    database
      .updateTable('orders')
      .set((column) => ({ own_money: column('own_money', '+', value('amount')) }))
      .where('order_id', '=', value('orderId')),
  );
  const selectEither = preparedQuery<{ orderId: string; name: string }, ReadOrderRow>(database, (value) =>
    all().where('order_id', 'in', [value('orderId'), value('name')]),
  );
  const selectNamed = memoizeByNames((statuses: readonly OrderStatus[]) =>
    preparedQuery<{ altId: string; limit: number }, ReadOrderRow>(database, (value) =>
      all().where('alt_id', '=', value('altId')).where(inStates(statuses)).orderBy('id').limit(value('limit')),
    ),
  );
  /** One statement per set of fields: SQLite updates the index of every column that is set, even if its value stays. */
  const updateOf = memoizeByNames((fields: readonly (keyof OrderChange)[]) =>
    preparedQuery<WrittenRow & { statusBefore: OrderStatus }>(database, (value) =>
      database
        .updateTable('orders')
        .set({
          ...columnsOf(value, ['updated_at', ...fields.map((field) => CHANGEABLE[field])]),
          ...(fields.includes('claimedBy') && { claimant_ordinal: ordinalOf(value('claimed_by')) }),
        })
        .where('order_id', '=', value('order_id'))
        .where('status', '=', value('statusBefore')),
    ),
  );

  return {
    /** Stores a new order. The caller has made sure that its order id is new and its customer known. */
    async insert(order: NewOrder): Promise<Order> {
      const none = 0n as MicroTari;
      const [row] = (await insert(rowOf({ ...order, ownMoney: none }))).rows;
      return {
        id: (row as { id: bigint }).id,
        amountSeen: none,
        refunded: none,
        ...order,
        ownMoney: none,
        usableCredit: none,
      };
    },

    /** The order with its current funds. */
    async withFunds(order: Order): Promise<Order> {
      const [row] = (await selectFunds({ orderId: order.orderId })).rows;
      if (row === undefined) throw new Error(`Order ${order.orderId} is not known`);
      return { ...order, ownMoney: amountOf(row.own_money), usableCredit: amountOf(row.usable_credit) };
    },

    /** The own money of a customer's open orders, in µT. */
    async ownMoneyOfCustomer(customerId: string): Promise<MicroTari> {
      const { total } = await database
        .selectFrom('orders')
        .select(sql<bigint>`cast(coalesce(sum(own_money), 0) as bigint)`.as('total'))
        .where('customer_id', '=', customerId)
        .where('status', 'in', ['Unclaimed', 'New'])
        .executeTakeFirstOrThrow();
      return amountOf(total);
    },

    /** Adds to the own money of an open order, in the unit of work that moves the money. */
    async addOwnMoney(orderId: string, amount: bigint): Promise<void> {
      const { numAffectedRows } = await updateOwnMoney({ orderId, amount });
      if (numAffectedRows !== 1n) throw new Error(`Order ${orderId} is not known`);
    },

    /** Adds to what was given back of a Paid order, in the unit of work that moves the money. */
    async addRefunded(orderId: string, amount: bigint): Promise<void> {
      const { numUpdatedRows } = await database
        .updateTable('orders')
        .set((column) => ({ refunded: column('refunded', '+', amount) }))
        .where('order_id', '=', orderId)
        .where('status', '=', 'Paid')
        .executeTakeFirstOrThrow();
      if (numUpdatedRows !== 1n) throw new Error(`Order ${orderId} is not Paid`);
    },

    /** By order id, or by the shop's id if the order is stored under its name. */
    async find(orderId: string): Promise<Order | undefined> {
      const row = (await select({ orderId })).rows[0] ?? (await selectByShopId({ shopId: orderId })).rows[0];
      return row && orderOf(row);
    },

    /** Up to `limit` orders with this id, in the shop or here, or with this name, with or without `#`; newest first. */
    async called(name: string, limit: number): Promise<Order[]> {
      const spelledOut = name.startsWith('#') ? name.slice(1) : `#${name}`;
      return (await selectCalled({ name, spelledOut, limit })).rows.map(orderOf);
    },

    /** Records the amount in a mempool for an order. This does not reset its time-out, and the shop is not notified. */
    async noteSeen(order: Order, amountSeen: MicroTari): Promise<Order> {
      await database
        .updateTable('orders')
        .set({ amount_seen: amountSeen })
        .where('order_id', '=', order.orderId)
        .execute();
      return { ...order, amountSeen };
    },

    /** Records the shop's id of an order that is stored under its name, unless another order has that id. */
    async noteShopId({ orderId }: Order, shopId: string): Promise<void> {
      if ((await selectByShopId({ shopId })).rows.length > 0) return;
      await database
        .updateTable('orders')
        .set({ shop_id: shopId })
        .where('order_id', '=', orderId)
        .where('shop_id', 'is', null)
        .execute();
    },

    /** The orders whose order id is one of the two. */
    async findEither(orderId: string, name: string): Promise<Order[]> {
      return (await selectEither({ orderId, name })).rows.map(orderOf);
    },

    /** Up to `limit` orders in the given states with this name in the shop, oldest first. */
    async named(altId: string, statuses: readonly OrderStatus[], limit: number): Promise<Order[]> {
      return (await selectNamed(statuses)({ altId, limit })).rows.map(orderOf);
    },

    /** Changes an order that was read in the same unit of work; `updatedAt` is the time of the change. */
    async change(order: Order, change: OrderChange, updatedAt: Date): Promise<Order> {
      const changed = { ...order, ...change, updatedAt };
      const fields = Object.keys(change) as (keyof OrderChange)[];
      const { numAffectedRows } = await updateOf(fields)({ ...rowOf(changed), statusBefore: order.status });
      if (numAffectedRows !== 1n) throw new Error(`Order ${order.orderId} was not ${order.status} when it was changed`);
      return changed;
    },

    /**
     * Up to `limit` orders in the given state that have not changed since `unchangedSince`, longest unchanged first; ties in
     * the order of creation.
     * @param after the last order of the previous page.
     */
    async unchangedSince(
      status: OrderStatus,
      unchangedSince: Date,
      limit: number,
      after?: Pick<Order, 'updatedAt' | 'id'>,
    ): Promise<Order[]> {
      let query = all()
        .where('status', '=', status)
        .where('updated_at', '<=', timeText(unchangedSince))
        .orderBy('updated_at')
        .orderBy('id')
        .limit(limit);
      if (after !== undefined) {
        query = query.where(sql<SqlBool>`(orders.updated_at, orders.id) > (${timeText(after.updatedAt)}, ${after.id})`);
      }
      return (await query.execute()).map(orderOf);
    },

    /** How many orders are in this state. It counts the state's part of an index: 50 ms for a million orders. */
    async countInState(status: OrderStatus): Promise<number> {
      const { count } = await database
        .selectFrom('orders')
        .select(({ fn }) => fn.countAll<bigint>().as('count'))
        .where('status', '=', status)
        .executeTakeFirstOrThrow();
      return Number(count);
    },

    /** Every order after `afterId`, page by page, for reconciliation. */
    async page(afterId: bigint, limit: number): Promise<Order[]> {
      const rows = await all().where('id', '>', afterId).orderBy('id').limit(limit).execute();
      return rows.map(orderOf);
    },
  };
}
