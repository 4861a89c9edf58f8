import type { EngineContext } from '#engine/context.ts';
import { findOrder } from '#engine/order-lookup.ts';
import type { TextPageRequest } from '#engine/queries.ts';
import { accountOrderRepository, type ListedOrders } from '#engine/store/account-orders.ts';
import { accountRepository } from '#engine/store/accounts.ts';
import { customerRepository } from '#engine/store/customers.ts';
import type { OrderPosition } from '#engine/store/orders.ts';
import { paymentListRepository } from '#engine/store/payment-lists.ts';
import type { PaymentFilter, PaymentPosition } from '#engine/store/payments.ts';
import { type OrderFilter, orderSearchRepository } from '#engine/store/search/order-search.ts';
import { positionOfOrder, positionOfPayment } from '#engine/store/texts.ts';
import { balanceView, debtorView } from '#engine/views.ts';
import { jsonObject, jsonOf } from '#platform/json.ts';
import { type PageRequest, readPage, type TextPage } from '#platform/paging.ts';
import { accountOf, addressToBase58, type TariAddress } from '#tari/address.ts';
import { orderAddresses, ordersText, rowsText } from './rows.ts';

export type ListTexts = ReturnType<typeof listTexts>;

/**
 * What the routes of lists answer, as the text that is sent: it is made where it is read, and copied to the
 * HTTP thread as one text. Each answer is one snapshot of the committed data.
 */
export function listTexts({ store, settings }: EngineContext) {
  const ordersOf = (
    address: TariAddress,
    orders: ListedOrders,
    request: PageRequest<OrderPosition>,
    seesNotes: boolean,
  ): Promise<TextPage<OrderPosition>> =>
    store.read(async (tx) => {
      const account = accountOf(address);
      const list = { account, orders, notes: seesNotes ? 'all' : 'own' } as const;
      const page = await readPage(
        request,
        (after, limit) => tx.use(accountOrderRepository).textsOfAccount(list, after, limit, request.order),
        positionOfOrder,
      );
      const text = jsonObject({
        address: jsonOf(addressToBase58(address)),
        total_orders: jsonOf(await tx.use(accountOrderRepository).totalOfAccount(account, orders)),
        orders: ordersText(page.rows, await orderAddresses(tx, settings)),
      });
      return { text, next: page.next };
    });

  return {
    /**
     * The orders that an address claimed or paid, oldest first by default.
     * @param seesNotes false shows the notes of an order only if the address paid it.
     */
    orders: (address: TariAddress, request: PageRequest<OrderPosition>, seesNotes = true) =>
      ordersOf(address, 'all', request, seesNotes),

    /** Those of these orders that can still be paid. */
    unfulfilledOrders: (address: TariAddress, request: PageRequest<OrderPosition>, seesNotes = true) =>
      ordersOf(address, 'open', request, seesNotes),

    /** The orders that match the filter, oldest first by default. */
    search: (filter: OrderFilter, request: PageRequest<OrderPosition>): Promise<TextPage<OrderPosition>> =>
      store.read(async (tx) => {
        const { rows, next } = await readPage(
          request,
          (after, limit) => tx.use(orderSearchRepository).searchTexts(filter, after, limit, request.order),
          positionOfOrder,
        );
        return { text: ordersText(rows, await orderAddresses(tx, settings)), next };
      }),

    /** The payments of an address, of any status, oldest first by default. */
    payments: (address: TariAddress, request: PageRequest<PaymentPosition>): Promise<TextPage<PaymentPosition>> =>
      store.read(async (tx) => {
        const account = accountOf(address);
        const { rows, next } = await readPage(
          request,
          (after, limit) => tx.use(paymentListRepository).textsOfAccount(account, after, limit, request.order),
          positionOfPayment,
        );
        const text = jsonObject({
          address: jsonOf(addressToBase58(address)),
          total_payments: jsonOf(await tx.use(paymentListRepository).totalOfAccount(account)),
          payments: rowsText(rows),
        });
        return { text, next };
      }),

    /** The payments that match the filter, oldest first by default. */
    searchPayments: (
      filter: PaymentFilter,
      request: PageRequest<PaymentPosition>,
    ): Promise<TextPage<PaymentPosition>> =>
      store.read(async (tx) => {
        const { rows, next } = await readPage(
          request,
          (after, limit) => tx.use(paymentListRepository).searchTexts(filter, after, limit, request.order),
          positionOfPayment,
        );
        return { text: rowsText(rows), next };
      }),

    /**
     * The payments that name an order, by its order id or by the shop's name for it, oldest first by default.
     * @throws {DomainError} `order_not_found`
     */
    paymentsForOrder: (orderId: string, request: PageRequest<PaymentPosition>): Promise<TextPage<PaymentPosition>> =>
      store.read(async (tx) => {
        const order = await findOrder(tx, orderId, false);
        const names = order.altId === null ? [order.orderId] : [order.orderId, order.altId];
        const { rows, next } = await readPage(
          request,
          (after, limit) => tx.use(paymentListRepository).textsNaming(names, after, limit, request.order),
          positionOfPayment,
        );
        return { text: rowsText(rows), next };
      }),

    /** The customers with New orders above zero, by id. */
    debtors: (request: PageRequest<string>): Promise<TextPage<string>> =>
      store.read(async (tx) => {
        const { rows, next } = await readPage(
          request,
          (after, limit) => tx.use(customerRepository).debtors(after ?? '', limit),
          (debtor) => debtor.customerId,
        );
        return { text: jsonOf(rows.map(debtorView)), next };
      }),

    /** The ids of all customers, sorted. */
    customerIds: (request: TextPageRequest): Promise<TextPage<string>> =>
      store.read((tx) => readTexts(request, tx.use(customerRepository).ids)),

    /** The balances of all known addresses, by address. */
    balances: (request: PageRequest<string>): Promise<TextPage<string>> =>
      store.read(async (tx) => {
        const { rows, next } = await readPage(
          request,
          (after, limit) => tx.use(accountRepository).page(after ?? '', limit),
          ({ address }) => address,
        );
        return { text: jsonOf(rows.map((account) => balanceView(account.address, account))), next };
      }),

    /** The known addresses, in base58, sorted. */
    addresses: (request: TextPageRequest): Promise<TextPage<string>> =>
      store.read((tx) => readTexts(request, tx.use(accountRepository).addresses)),
  };
}

/** Only the first query skips rows; later ones start after the last row read. */
async function readTexts(
  { offset = 0, ...request }: TextPageRequest,
  read: (after: string, offset: number, limit: number) => Promise<string[]>,
): Promise<TextPage<string>> {
  let leaveOut = offset;
  const { rows, next } = await readPage(
    request,
    (after, limit) => {
      const texts = read(after ?? '', leaveOut, limit);
      leaveOut = 0;
      return texts;
    },
    (text) => text,
  );
  return { text: jsonOf(rows), next };
}
