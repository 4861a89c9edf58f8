import { BEGINNING, detailsOf, fundsOf, type HistoryPosition, ownOrderOf } from '#engine/account-history.ts';
import type { EngineContext } from '#engine/context.ts';
import { accountOrderRepository } from '#engine/store/account-orders.ts';
import { accountRepository } from '#engine/store/accounts.ts';
import { customerRepository } from '#engine/store/customers.ts';
import type { OrderPosition } from '#engine/store/orders.ts';
import { paymentListRepository } from '#engine/store/payment-lists.ts';
import type { PaymentPosition } from '#engine/store/payments.ts';
import { orderSearchRepository } from '#engine/store/search/order-search.ts';
import { settlementRepository } from '#engine/store/settlements.ts';
import { positionOfOrder, positionOfPayment, positionOfSettlement, type RowText } from '#engine/store/texts.ts';
import {
  balanceView,
  customerBalanceView,
  customerOrderBalanceView,
  orderDetailsView,
  orderView,
} from '#engine/views.ts';
import { type JsonText, jsonObject, jsonOf } from '#platform/json.ts';
import { type Page, type PageRequest, readPage, type TextPage } from '#platform/paging.ts';
import { accountOf, addressToBase58, type TariAddress } from '#tari/address.ts';
import { orderAddresses, ordersText, rowsText } from './rows.ts';

export type HistoryTexts = ReturnType<typeof historyTexts>;

/** Balances, histories and single orders as the text that is sent. Each is one snapshot of the committed data. */
export function historyTexts({ store, settings }: EngineContext) {
  return {
    balance: (address: TariAddress): Promise<JsonText> =>
      store.read(async (tx) => {
        const account = await tx.use(accountRepository).find(accountOf(address));
        return jsonOf(balanceView(addressToBase58(address), account));
      }),

    /**
     * The limit of the request applies to each list.
     * @param seesNotes false shows the notes of an order only if the address paid it.
     */
    history: (
      address: TariAddress,
      request: PageRequest<HistoryPosition> = {},
      seesNotes = true,
    ): Promise<TextPage<HistoryPosition>> =>
      store.read(async (tx) => {
        const account = accountOf(address);
        const { after = BEGINNING, limit } = request;
        const list = { account, orders: 'all', notes: seesNotes ? 'all' : 'own' } as const;
        const orders = await readPage(
          { after: after.order, limit },
          (behind, most) => tx.use(accountOrderRepository).textsOfAccount(list, behind, most),
          positionOfOrder,
        );
        const payments = await readPage(
          { after: after.payment, limit },
          (behind, most) => tx.use(paymentListRepository).textsOfAccount(account, behind, most),
          positionOfPayment,
        );
        const settlements = await readPage(
          { after: after.settlement, limit },
          (behind, most) => tx.use(settlementRepository).textsOfAccount(account, behind ?? 0n, most),
          positionOfSettlement,
        );
        const name = addressToBase58(address);
        const text = jsonObject({
          address: jsonOf(name),
          balance: jsonOf(balanceView(name, await tx.use(accountRepository).find(account))),
          orders: ordersText(orders.rows, await orderAddresses(tx, settings)),
          payments: rowsText(payments.rows),
          settlements: rowsText(settlements.rows),
        });
        return { text, next: nextOf(after, orders, payments, settlements) };
      }),

    /** The limit of the request applies to each list. */
    customerHistory: (
      customerId: string,
      request: PageRequest<HistoryPosition> = {},
    ): Promise<TextPage<HistoryPosition>> =>
      store.read(async (tx) => {
        const { after = BEGINNING, limit } = request;
        const orders = await readPage(
          { after: after.order, limit },
          (behind, most) => tx.use(orderSearchRepository).searchTexts({ customerId }, behind, most),
          positionOfOrder,
        );
        const settlements = await readPage(
          { after: after.settlement, limit },
          (behind, most) => tx.use(settlementRepository).textsOfCustomer(customerId, behind ?? 0n, most),
          positionOfSettlement,
        );
        const totals = await tx.use(customerRepository).totals(customerId);
        const funds = { ...(await fundsOf(tx, customerId)), paid: totals?.paid ?? 0n };
        const text = jsonObject({
          customer_id: jsonOf(customerId),
          balance: jsonOf(customerBalanceView(funds)),
          order_balance: jsonOf(customerOrderBalanceView(customerId, totals)),
          orders: ordersText(orders.rows, await orderAddresses(tx, settings)),
          settlements: rowsText(settlements.rows),
        });
        return { text, next: nextOf(after, orders, NO_PAYMENTS, settlements) };
      }),

    /** Any order with details for operators only; `null` if there is none. */
    anyOrder: (orderId: string): Promise<JsonText> =>
      store.read(async (tx) => {
        const details = await detailsOf(tx, orderId, settings);
        return jsonOf(details && orderDetailsView(details, await orderAddresses(tx, settings)));
      }),

    /** An order that the address claimed or paid; `null` for all others. */
    ownOrder: (address: TariAddress, orderId: string): Promise<JsonText> =>
      store.read(async (tx) => {
        const order = await ownOrderOf(tx, accountOf(address), orderId, settings);
        return jsonOf(order && orderView(order, await orderAddresses(tx, settings)));
      }),
  };
}

const NO_PAYMENTS: Page<RowText, PaymentPosition> = { rows: [], next: undefined };

/** A list that was read to its end continues after its last row, so that later rows are in the next page. */
function nextOf(
  after: HistoryPosition,
  orders: Page<RowText, OrderPosition>,
  payments: Page<RowText, PaymentPosition>,
  settlements: Page<RowText, bigint>,
): HistoryPosition | undefined {
  if ([orders, payments, settlements].every(({ next }) => next === undefined)) return undefined;
  return {
    order: orders.rows.slice(-1).map(positionOfOrder)[0] ?? after.order,
    payment: payments.rows.slice(-1).map(positionOfPayment)[0] ?? after.payment,
    settlement: settlements.rows.slice(-1).map(positionOfSettlement)[0] ?? after.settlement,
  };
}
