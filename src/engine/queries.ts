import type { Page, PageRequest } from '#platform/paging.ts';
import { readPage } from '#platform/paging.ts';
import { type AccountId, accountOf, type TariAddress } from '#tari/address.ts';
import type { MicroTari } from '#tari/micro-tari.ts';
import type { EngineContext } from './context.ts';
import { findOrder } from './order-lookup.ts';
import { withOwnNotes } from './order-notes.ts';
import { accountOrderRepository } from './store/account-orders.ts';
import { type Account, accountRepository } from './store/accounts.ts';
import { customerRepository, type Debtor } from './store/customers.ts';
import type { Order, OrderPosition } from './store/orders.ts';
import { paymentListRepository } from './store/payment-lists.ts';
import type { Payment, PaymentFilter, PaymentPosition } from './store/payments.ts';
import { type OrderFilter, orderSearchRepository } from './store/search/order-search.ts';
import { ORDER_STATUSES, type OrderStatus } from './store/tables.ts';

/** A list of ids or addresses, whose position is the text itself. */
export interface TextPageRequest extends PageRequest<string> {
  /** How many rows to skip. */
  offset?: number | undefined;
}

export interface OrderPage extends Page<Order, OrderPosition> {
  /** The sum in µT of all orders of the list, including those of other pages. */
  total: MicroTari;
}

export interface PaymentPage extends Page<Payment, PaymentPosition> {
  /** The sum in µT of all payments of the list, including those of other pages. */
  total: MicroTari;
}

/** The states of orders that can still be paid. */
const UNFULFILLED = ['Unclaimed', 'New'] as const satisfies readonly OrderStatus[];

export type Lists = ReturnType<typeof lists>;

/** Lists of orders, payments, customers and addresses. Each result is one snapshot of the committed data. */
export function lists({ store }: Pick<EngineContext, 'store'>) {
  const ordersOf = (
    account: AccountId,
    statuses: readonly OrderStatus[],
    request: PageRequest<OrderPosition>,
    seesNotes: boolean,
  ) =>
    store.read(async (tx): Promise<OrderPage> => {
      const read = (after: OrderPosition | undefined, limit: number) =>
        tx.use(accountOrderRepository).pageOfAccount(account, statuses, after, limit, request.order);
      const page = await readPage(request, read, positionOfOrder);
      const rows = seesNotes ? page.rows : await withOwnNotes(tx, page.rows, account);
      return {
        ...page,
        rows,
        total: await tx.use(accountOrderRepository).totalOfAccount(account, statuses === UNFULFILLED ? 'open' : 'all'),
      };
    });

  return {
    /**
     * The orders that an address claimed or paid, oldest first by default.
     * @param seesNotes false shows the notes of an order only if the address paid it.
     */
    orders: (address: TariAddress, request: PageRequest<OrderPosition>, seesNotes = true): Promise<OrderPage> =>
      ordersOf(accountOf(address), ORDER_STATUSES, request, seesNotes),

    /** Those of these orders that can still be paid. */
    unfulfilledOrders: (
      address: TariAddress,
      request: PageRequest<OrderPosition>,
      seesNotes = true,
    ): Promise<OrderPage> => ordersOf(accountOf(address), UNFULFILLED, request, seesNotes),

    /** The orders that match the filter, oldest first by default. */
    search: (filter: OrderFilter, request: PageRequest<OrderPosition>): Promise<Page<Order, OrderPosition>> =>
      store.read((tx) =>
        readPage(
          request,
          (after, limit) => tx.use(orderSearchRepository).search(filter, after, limit, request.order),
          positionOfOrder,
        ),
      ),

    /** The payments of an address, of any status, oldest first by default. */
    payments: (address: TariAddress, request: PageRequest<PaymentPosition>): Promise<PaymentPage> =>
      store.read(async (tx) => {
        const account = accountOf(address);
        const read = (after: PaymentPosition | undefined, limit: number) =>
          tx.use(paymentListRepository).pageOfAccount(account, after, limit, request.order);
        const page = await readPage(request, read, positionOfPayment);
        return { ...page, total: await tx.use(paymentListRepository).totalOfAccount(account) };
      }),

    /** The payments that match the filter, oldest first by default. */
    searchPayments: (
      filter: PaymentFilter,
      request: PageRequest<PaymentPosition>,
    ): Promise<Page<Payment, PaymentPosition>> =>
      store.read((tx) =>
        readPage(
          request,
          (after, limit) => tx.use(paymentListRepository).search(filter, after, limit, request.order),
          positionOfPayment,
        ),
      ),

    /**
     * The payments that name an order, by its order id or by the shop's name for it, oldest first by default.
     * @throws {DomainError} `order_not_found`
     */
    paymentsForOrder: (
      orderId: string,
      request: PageRequest<PaymentPosition>,
    ): Promise<Page<Payment, PaymentPosition>> =>
      store.read(async (tx) => {
        const order = await findOrder(tx, orderId, false);
        const names = order.altId === null ? [order.orderId] : [order.orderId, order.altId];
        const read = (after: PaymentPosition | undefined, limit: number) =>
          tx.use(paymentListRepository).pageNaming(names, after, limit, request.order);
        return readPage(request, read, positionOfPayment);
      }),

    /** The customers with New orders above zero, by id. */
    debtors: (request: PageRequest<string>): Promise<Page<Debtor, string>> =>
      store.read((tx) =>
        readPage(
          request,
          (after, limit) => tx.use(customerRepository).debtors(after ?? '', limit),
          (debtor) => debtor.customerId,
        ),
      ),

    /** The ids of all customers, sorted. */
    customerIds: (request: TextPageRequest): Promise<Page<string, string>> =>
      store.read((tx) => readTexts(request, tx.use(customerRepository).ids)),

    /** The balances of all known addresses, by address. */
    balances: (request: PageRequest<string>): Promise<Page<Account, string>> =>
      store.read((tx) =>
        readPage(
          request,
          (after, limit) => tx.use(accountRepository).page(after ?? '', limit),
          ({ address }) => address,
        ),
      ),

    /** The known addresses, in base58, sorted. */
    addresses: (request: TextPageRequest): Promise<Page<string, string>> =>
      store.read((tx) => readTexts(request, tx.use(accountRepository).addresses)),
  };
}

export function positionOfOrder({ createdAt, id }: Order): OrderPosition {
  return { createdAt, id };
}

export function positionOfPayment({ createdAt, txid }: Payment): PaymentPosition {
  return { createdAt, txid };
}

/** Only the first query skips rows; later ones start after the last row read. */
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
