import { setImmediate as nextTurn } from 'node:timers/promises';
import { ORDER_STATUSES, type OrderStatus } from '#platform/database/tables.ts';
import { type AccountId, accountOf, type TariAddress } from '#tari/address.ts';
import type { MicroTari } from '#tari/micro-tari.ts';
import type { EngineContext } from './context.ts';
import { findOrder } from './order-lookup.ts';
import { withOwnNotes } from './order-notes.ts';
import type { Creditor } from './store/customers.ts';
import type { Order, OrderPosition } from './store/orders.ts';
import type { Payment, PaymentFilter, PaymentPosition } from './store/payments.ts';
import type { OrderFilter } from './store/search/order-search.ts';

/** What a caller who names no limit gets at most. Existing clients name none and want everything. */
export const MOST_ROWS = 10_000;

/** So many are read in one go; between two goes others have their turn. */
const ROWS_AT_ONCE = 1000;

/** Which part of a list is wanted. */
export interface PageRequest<Position> {
  /** The row that the part before ended with. */
  after?: Position | undefined;
  /** How many rows; everything up to MOST_ROWS where it is not given. */
  limit?: number | undefined;
}

export interface Page<Row, Position> {
  rows: Row[];
  /** Where the rest begins; undefined where there is none. */
  next: Position | undefined;
}

/** A list of ids or addresses, whose position is the text itself. */
export interface TextPageRequest extends PageRequest<string> {
  /** How many to leave out first. */
  offset?: number | undefined;
}

export interface OrderPage extends Page<Order, OrderPosition> {
  /** The sum in µT of all orders of the list, those of other pages too. */
  total: MicroTari;
}

export interface PaymentPage extends Page<Payment, PaymentPosition> {
  /** The sum in µT of all payments of the list, those of other pages too. */
  total: MicroTari;
}

/** The states of orders that can still be paid. */
const UNFULFILLED = ['Unclaimed', 'New'] as const satisfies readonly OrderStatus[];

export type Lists = ReturnType<typeof lists>;

/** What can be looked up of many orders, payments, customers and addresses. Each answer is one picture of the books. */
export function lists({ store }: Pick<EngineContext, 'store'>) {
  const ordersOf = (
    account: AccountId,
    statuses: readonly OrderStatus[],
    request: PageRequest<OrderPosition>,
    seesNotes: boolean,
  ) =>
    store.read(async (tx): Promise<OrderPage> => {
      const read = (after: OrderPosition | undefined, limit: number) =>
        tx.orders.pageOfAccount(account, statuses, after, limit);
      const page = await readPage(request, read, positionOfOrder);
      const rows = seesNotes ? page.rows : await withOwnNotes(tx, page.rows, account);
      return { ...page, rows, total: await tx.orders.totalOfAccount(account, statuses) };
    });

  return {
    /**
     * The orders that an address claimed or paid, oldest first.
     * @param seesNotes false shows the notes of orders only where the address paid them.
     */
    orders: (address: TariAddress, request: PageRequest<OrderPosition>, seesNotes = true): Promise<OrderPage> =>
      ordersOf(accountOf(address), ORDER_STATUSES, request, seesNotes),

    /** Those of them that can still be paid. */
    unfulfilledOrders: (
      address: TariAddress,
      request: PageRequest<OrderPosition>,
      seesNotes = true,
    ): Promise<OrderPage> => ordersOf(accountOf(address), UNFULFILLED, request, seesNotes),

    /** The orders that fit the filter, oldest first. */
    search: (filter: OrderFilter, request: PageRequest<OrderPosition>): Promise<Page<Order, OrderPosition>> =>
      store.read((tx) =>
        readPage(request, (after, limit) => tx.orderSearch.search(filter, after, limit), positionOfOrder),
      ),

    /** The payments of an address, whatever their status, oldest first. */
    payments: (address: TariAddress, request: PageRequest<PaymentPosition>): Promise<PaymentPage> =>
      store.read(async (tx) => {
        const account = accountOf(address);
        const read = (after: PaymentPosition | undefined, limit: number) =>
          tx.payments.pageOfAccount(account, after, limit);
        const page = await readPage(request, read, positionOfPayment);
        return { ...page, total: await tx.payments.totalOfAccount(account) };
      }),

    /** The payments that fit the filter, oldest first. */
    searchPayments: (
      filter: PaymentFilter,
      request: PageRequest<PaymentPosition>,
    ): Promise<Page<Payment, PaymentPosition>> =>
      store.read((tx) =>
        readPage(request, (after, limit) => tx.payments.search(filter, after, limit), positionOfPayment),
      ),

    /**
     * The payments that name an order, by its order id or by the shop's other name for it, oldest first.
     * @throws {EngineError} `order_not_found`
     */
    paymentsForOrder: (
      orderId: string,
      request: PageRequest<PaymentPosition>,
    ): Promise<Page<Payment, PaymentPosition>> =>
      store.read(async (tx) => {
        const order = await findOrder(tx, orderId, false);
        const names = order.altId === null ? [order.orderId] : [order.orderId, order.altId];
        return readPage(request, (after, limit) => tx.payments.pageNaming(names, after, limit), positionOfPayment);
      }),

    /** The customers with New orders above zero, by id. */
    creditors: (request: PageRequest<string>): Promise<Page<Creditor, string>> =>
      store.read((tx) =>
        readPage(
          request,
          (after, limit) => tx.customers.creditors(after ?? '', limit),
          (creditor) => creditor.customerId,
        ),
      ),

    /** The ids of all customers, sorted. */
    customerIds: (request: TextPageRequest): Promise<Page<string, string>> =>
      store.read((tx) => readTexts(request, tx.customers.ids)),

    /** The addresses that are known, in base58, sorted. */
    addresses: (request: TextPageRequest): Promise<Page<string, string>> =>
      store.read((tx) => readTexts(request, tx.accounts.addresses)),
  };
}

export function positionOfOrder({ createdAt, id }: Order): OrderPosition {
  return { createdAt, id };
}

export function positionOfPayment({ createdAt, txid }: Payment): PaymentPosition {
  return { createdAt, txid };
}

/** Only the first go leaves rows out; those after it begin behind what was read. */
function readTexts(
  { offset = 0, ...request }: TextPageRequest,
  read: (after: string, offset: number, limit: number) => Promise<string[]>,
): Promise<Page<string, string>> {
  let leaveOut = offset;
  return readPage(
    request,
    (after, limit) => {
      const texts = read(after ?? '', leaveOut, limit);
      leaveOut = 0;
      return texts;
    },
    (text) => text,
  );
}

/** Reads one row more than is wanted, to know whether there is a rest. */
export async function readPage<Row, Position>(
  { after, limit = MOST_ROWS }: PageRequest<Position>,
  read: (after: Position | undefined, limit: number) => Promise<Row[]>,
  positionOf: (row: Row) => Position,
): Promise<Page<Row, Position>> {
  const rows: Row[] = [];
  let position = after;
  for (;;) {
    const wanted = Math.min(ROWS_AT_ONCE, limit + 1 - rows.length);
    const part = await read(position, wanted);
    rows.push(...part);
    const last = part.at(-1);
    if (last === undefined || part.length < wanted) return { rows, next: undefined };
    if (rows.length > limit) break;
    position = positionOf(last);
    await nextTurn();
  }
  rows.pop();
  return { rows, next: rows.slice(-1).map(positionOf)[0] };
}
