import type { Transaction } from '#platform/database/store.ts';
import { type JsonText, jsonObject, jsonOf, type TextPage } from '#platform/json-text.ts';
import { type Page, type PageRequest, readPage } from '#platform/paging.ts';
import { accountOf, addressToBase58, type TariAddress } from '#tari/address.ts';
import { sumMicroTari } from '#tari/micro-tari.ts';
import type { EngineContext } from './context.ts';
import { orderAddresses, ordersText, rowsText } from './list-text.ts';
import { findOrderOrNone } from './order-lookup.ts';
import { withOwnNotes } from './order-notes.ts';
import { isOpen } from './order-states.ts';
import { dueAt } from './orders.ts';
import { accountOrderRepository } from './store/account-orders.ts';
import { type Account, accountRepository } from './store/accounts.ts';
import { customerRepository } from './store/customers.ts';
import { orderClaimRepository } from './store/order-claims.ts';
import { type OrderPosition, orderRepository } from './store/orders.ts';
import { paymentListRepository } from './store/payment-lists.ts';
import { paymentUseRepository } from './store/payment-uses.ts';
import type { PaymentPosition } from './store/payments.ts';
import { orderSearchRepository } from './store/search/order-search.ts';
import { settlementRepository } from './store/settlements.ts';
import { positionOfOrder, positionOfPayment, positionOfSettlement, type RowText } from './store/texts.ts';
import {
  balanceView,
  type CustomerFunds,
  customerBalanceView,
  customerOrderBalanceView,
  orderDetailsView,
  orderView,
} from './views.ts';

/** How far each list of a history has been read; undefined for a list that has not been started. */
export interface HistoryPosition {
  order: OrderPosition | undefined;
  payment: PaymentPosition | undefined;
  settlement: bigint | undefined;
}

const BEGINNING: HistoryPosition = { order: undefined, payment: undefined, settlement: undefined };

export type Accounts = ReturnType<typeof accounts>;

/** Queries of balances and histories. Each result is one snapshot of the committed data. */
export function accounts({ store, settings }: EngineContext) {
  return {
    balance: (address: TariAddress): Promise<Account | undefined> =>
      store.read((tx) => tx.use(accountRepository).find(accountOf(address))),

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
          (behind, most) => tx.use(orderSearchRepository).search({ customerId }, behind, most),
          positionOfOrder,
        );
        const settlements = await readPage(
          { after: after.settlement, limit },
          (behind, most) => tx.use(settlementRepository).textsOfCustomer(customerId, behind ?? 0n, most),
          positionOfSettlement,
        );
        const totals = await tx.use(customerRepository).totals(customerId);
        const funds = await fundsOf(tx, customerId, totals?.paid ?? 0n);
        const text = jsonObject({
          customer_id: jsonOf(customerId),
          balance: jsonOf(customerBalanceView(funds)),
          order_balance: jsonOf(customerOrderBalanceView(customerId, totals)),
          orders: ordersText(orders.rows, await orderAddresses(tx, settings)),
          settlements: rowsText(settlements.rows),
        });
        return { text, next: nextOf(after, orders, NO_PAYMENTS, settlements) };
      }),

    /** Any order, by its order id or by the shop's name for it, with details for operators only; `null` if there is none. */
    anyOrder: (orderId: string): Promise<JsonText> =>
      store.read(async (tx) => {
        const order = await findOrderOrNone(tx, orderId, false);
        if (order === undefined) return NONE;
        const claimant = order.claimedBy === null ? undefined : await tx.use(accountRepository).find(order.claimedBy);
        const details = {
          order,
          claimant: claimant?.address ?? null,
          signers: await tx.use(orderClaimRepository).ofOrder(order.orderId, MAX_DETAILS),
          dueAt: isOpen(order.status) ? dueAt(order, settings) : null,
          paidBy: await tx.use(paymentUseRepository).ofOrder(order.orderId, MAX_DETAILS),
        };
        return jsonOf(orderDetailsView(details, await orderAddresses(tx, settings)));
      }),

    /** An order that the address claimed or paid; `null` for all others. */
    ownOrder: (address: TariAddress, orderId: string): Promise<JsonText> =>
      store.read(async (tx) => {
        const account = accountOf(address);
        const order = await findOrderOrNone(tx, orderId, settings.strictMode);
        if (order === undefined) return NONE;
        const isOwn =
          order.claimedBy === account ||
          (await tx.use(orderClaimRepository).hasSigned(order.orderId, account)) ||
          (await tx.use(settlementRepository).paidBy(order.orderId, account));
        if (!isOwn) return NONE;
        const [shown] = await withOwnNotes(tx, [order], account);
        return jsonOf(shown && orderView(shown, await orderAddresses(tx, settings)));
      }),
  };
}

const NONE = jsonOf(null);

const MAX_DETAILS = 100;

const NO_PAYMENTS: Page<RowText, PaymentPosition> = { rows: [], next: undefined };

/** The funds for the customer's orders: its own credit, money for these orders, and free credit of its accounts. */
async function fundsOf(tx: Transaction, customerId: string, paid: bigint): Promise<CustomerFunds> {
  const accounts = await tx.use(accountRepository).ofCustomer(customerId);
  const free = accounts.filter(({ link }) => link !== 'stated').map(({ freeCredit }) => freeCredit);
  const own = [
    await tx.use(customerRepository).credit(customerId),
    await tx.use(orderRepository).ownMoneyOfCustomer(customerId),
  ];
  return { available: sumMicroTari([...own, ...free]), paid, accounts };
}

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
