import type { Account } from '../store/accounts.ts';
import type { OrderTotals } from '../store/customers.ts';
import { ORDER_STATUSES } from '../store/database.ts';
import type { Order, OrderPosition } from '../store/orders.ts';
import type { Payment, PaymentPosition } from '../store/payments.ts';
import type { SettlementEntry } from '../store/settlements.ts';
import { accountOf, addressToBase58, type TariAddress } from '../tari/address.ts';
import type { EngineContext } from './context.ts';
import { type Page, type PageRequest, positionOfOrder, positionOfPayment, readPage } from './lists.ts';
import { findOrderOrNone } from './order-lookup.ts';

/** A part of what concerns one owner of Tari. `account` is undefined for an address that we have never seen. */
export interface AccountHistory {
  /** As it was asked for, in base58. */
  address: string;
  account: Account | undefined;
  orders: Order[];
  payments: Payment[];
  settlements: SettlementEntry[];
  /** Where the rest begins; undefined where there is none. */
  next: HistoryPosition | undefined;
}

export interface CustomerHistory {
  customerId: string;
  accounts: Account[];
  totals: OrderTotals | undefined;
  orders: Order[];
  settlements: SettlementEntry[];
  /** Where the rest begins; undefined where there is none. */
  next: HistoryPosition | undefined;
}

/** How far each list of a history has been read; undefined for one of which nothing has been. */
export interface HistoryPosition {
  order: OrderPosition | undefined;
  payment: PaymentPosition | undefined;
  settlement: bigint | undefined;
}

const BEGINNING: HistoryPosition = { order: undefined, payment: undefined, settlement: undefined };

export type Accounts = ReturnType<typeof accounts>;

/** What can be looked up of balances and histories. Each answer is one picture of what is committed. */
export function accounts({ store, settings }: EngineContext) {
  return {
    balance: (address: TariAddress): Promise<Account | undefined> =>
      store.read((tx) => tx.accounts.find(accountOf(address))),

    /** The limit of the request is that of each of the lists. */
    history: (address: TariAddress, request: PageRequest<HistoryPosition> = {}): Promise<AccountHistory> =>
      store.read(async (tx) => {
        const account = accountOf(address);
        const { after = BEGINNING, limit } = request;
        const orders = await readPage(
          { after: after.order, limit },
          (behind, most) => tx.orders.pageOfAccount(account, ORDER_STATUSES, behind, most),
          positionOfOrder,
        );
        const payments = await readPage(
          { after: after.payment, limit },
          (behind, most) => tx.payments.pageOfAccount(account, behind, most),
          positionOfPayment,
        );
        const settlements = await readPage(
          { after: after.settlement, limit },
          (behind, most) => tx.settlements.pageOfAccount(account, behind ?? 0n, most),
          ({ id }) => id,
        );
        return {
          address: addressToBase58(address),
          account: await tx.accounts.find(account),
          orders: orders.rows,
          payments: payments.rows,
          settlements: settlements.rows,
          next: nextOf(after, orders, payments, settlements),
        };
      }),

    /** The limit of the request is that of each of the lists. */
    customerHistory: (customerId: string, request: PageRequest<HistoryPosition> = {}): Promise<CustomerHistory> =>
      store.read(async (tx) => {
        const { after = BEGINNING, limit } = request;
        const orders = await readPage(
          { after: after.order, limit },
          (behind, most) => tx.orderSearch.search({ customerId }, behind, most),
          positionOfOrder,
        );
        const settlements = await readPage(
          { after: after.settlement, limit },
          (behind, most) => tx.settlements.pageOfCustomer(customerId, behind ?? 0n, most),
          ({ id }) => id,
        );
        return {
          customerId,
          accounts: await tx.accounts.ofCustomer(customerId),
          totals: await tx.customers.totals(customerId),
          orders: orders.rows,
          settlements: settlements.rows,
          next: nextOf(after, orders, NO_PAYMENTS, settlements),
        };
      }),

    /** Any order, by its order id or by the shop's other name for it. */
    anyOrder: (orderId: string): Promise<Order | undefined> => store.read((tx) => findOrderOrNone(tx, orderId, false)),

    /** An order that the address claimed or paid; others are as if they did not exist. */
    ownOrder: (address: TariAddress, orderId: string): Promise<Order | undefined> =>
      store.read(async (tx) => {
        const account = accountOf(address);
        const order = await findOrderOrNone(tx, orderId, settings.strictMode);
        if (order === undefined) return undefined;
        const isOwn = order.claimedBy === account || (await tx.settlements.paidBy(order.orderId, account));
        return isOwn ? order : undefined;
      }),
  };
}

const NO_PAYMENTS: Page<Payment, PaymentPosition> = { rows: [], next: undefined };

/** A list that was read to its end goes on behind its last row, so that what comes later is in the next part. */
function nextOf(
  after: HistoryPosition,
  orders: Page<Order, OrderPosition>,
  payments: Page<Payment, PaymentPosition>,
  settlements: Page<SettlementEntry, bigint>,
): HistoryPosition | undefined {
  if ([orders, payments, settlements].every(({ next }) => next === undefined)) return undefined;
  return {
    order: orders.rows.slice(-1).map(positionOfOrder)[0] ?? after.order,
    payment: payments.rows.slice(-1).map(positionOfPayment)[0] ?? after.payment,
    settlement: settlements.rows.at(-1)?.id ?? after.settlement,
  };
}
