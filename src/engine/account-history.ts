import type { Transaction } from '#platform/database/store.ts';
import { type Page, type PageRequest, readPage } from '#platform/paging.ts';
import { type AccountId, accountOf, addressToBase58, type TariAddress } from '#tari/address.ts';
import { sumMicroTari } from '#tari/micro-tari.ts';
import type { EngineContext, EngineSettings } from './context.ts';
import { findOrderOrNone } from './order-lookup.ts';
import { withOwnNotes } from './order-notes.ts';
import { isOpen } from './order-states.ts';
import { dueAt } from './orders.ts';
import { positionOfOrder, positionOfPayment } from './queries.ts';
import { accountOrderRepository } from './store/account-orders.ts';
import { type Account, accountRepository, type LinkedAccount } from './store/accounts.ts';
import { customerRepository, type OrderTotals } from './store/customers.ts';
import { orderClaimRepository } from './store/order-claims.ts';
import { type Order, type OrderPosition, orderRepository } from './store/orders.ts';
import { paymentListRepository } from './store/payment-lists.ts';
import { paymentUseRepository } from './store/payment-uses.ts';
import type { Payment, PaymentPosition } from './store/payments.ts';
import { orderSearchRepository } from './store/search/order-search.ts';
import { type SettlementEntry, settlementRepository } from './store/settlements.ts';
import { ORDER_STATUSES } from './store/tables.ts';
import type { OrderDetails } from './views.ts';

/** A page of the history of one owner of Tari. `account` is undefined for an unknown address. */
export interface AccountHistory {
  /** As requested, in base58. */
  address: string;
  account: Account | undefined;
  orders: Order[];
  payments: Payment[];
  settlements: SettlementEntry[];
  /** Where the next page begins; undefined if there is none. */
  next: HistoryPosition | undefined;
}

export interface CustomerHistory {
  customerId: string;
  accounts: LinkedAccount[];
  /** The funds for the customer's orders in µT: its own credit, money for these orders, and free credit of its accounts. */
  available: bigint;
  totals: OrderTotals | undefined;
  orders: Order[];
  settlements: SettlementEntry[];
  /** Where the next page begins; undefined if there is none. */
  next: HistoryPosition | undefined;
}

/** How far each list of a history has been read; undefined for a list that has not been started. */
export interface HistoryPosition {
  order: OrderPosition | undefined;
  payment: PaymentPosition | undefined;
  settlement: bigint | undefined;
}

export const BEGINNING: HistoryPosition = { order: undefined, payment: undefined, settlement: undefined };

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
    ): Promise<AccountHistory> =>
      store.read(async (tx) => {
        const account = accountOf(address);
        const { after = BEGINNING, limit } = request;
        const orders = await readPage(
          { after: after.order, limit },
          (behind, most) => tx.use(accountOrderRepository).pageOfAccount(account, ORDER_STATUSES, behind, most),
          positionOfOrder,
        );
        const payments = await readPage(
          { after: after.payment, limit },
          (behind, most) => tx.use(paymentListRepository).pageOfAccount(account, behind, most),
          positionOfPayment,
        );
        const settlements = await readPage(
          { after: after.settlement, limit },
          (behind, most) => tx.use(settlementRepository).pageOfAccount(account, behind ?? 0n, most),
          ({ id }) => id,
        );
        return {
          address: addressToBase58(address),
          account: await tx.use(accountRepository).find(account),
          orders: seesNotes ? orders.rows : await withOwnNotes(tx, orders.rows, account),
          payments: payments.rows,
          settlements: settlements.rows,
          next: nextOf(after, orders, payments, settlements),
        };
      }),

    /** The limit of the request applies to each list. */
    customerHistory: (customerId: string, request: PageRequest<HistoryPosition> = {}): Promise<CustomerHistory> =>
      store.read(async (tx) => {
        const { after = BEGINNING, limit } = request;
        const orders = await readPage(
          { after: after.order, limit },
          (behind, most) => tx.use(orderSearchRepository).search({ customerId }, behind, most),
          positionOfOrder,
        );
        const settlements = await readPage(
          { after: after.settlement, limit },
          (behind, most) => tx.use(settlementRepository).pageOfCustomer(customerId, behind ?? 0n, most),
          ({ id }) => id,
        );
        return {
          customerId,
          ...(await fundsOf(tx, customerId)),
          totals: await tx.use(customerRepository).totals(customerId),
          orders: orders.rows,
          settlements: settlements.rows,
          next: nextOf(after, orders, NO_PAYMENTS, settlements),
        };
      }),

    /** Up to 100 customers that an address paid for or was linked to, and how. */
    customersOf: (address: TariAddress) =>
      store.read((tx) => tx.use(customerRepository).tiedTo(accountOf(address), MAX_DETAILS)),

    /** Any order, by its order id or by the shop's name for it, with details for operators only. */
    anyOrder: (orderId: string): Promise<OrderDetails | undefined> =>
      store.read((tx) => detailsOf(tx, orderId, settings)),

    /** An order that the address claimed or paid; undefined for all others. */
    ownOrder: (address: TariAddress, orderId: string): Promise<Order | undefined> =>
      store.read((tx) => ownOrderOf(tx, accountOf(address), orderId, settings)),
  };
}

/** The accounts of a customer, and the funds in µT for its orders: its own credit, money for these orders, and free credit. */
export async function fundsOf(
  tx: Transaction,
  customerId: string,
): Promise<Pick<CustomerHistory, 'accounts' | 'available'>> {
  const accounts = await tx.use(accountRepository).ofCustomer(customerId);
  const free = accounts.filter(({ link }) => link !== 'stated').map(({ freeCredit }) => freeCredit);
  const own = [
    await tx.use(customerRepository).credit(customerId),
    await tx.use(orderRepository).ownMoneyOfCustomer(customerId),
  ];
  return { accounts, available: sumMicroTari([...own, ...free]) };
}

const MAX_DETAILS = 100;

/** Any order, by its order id or by the shop's name for it, with details for operators only. */
export async function detailsOf(
  tx: Transaction,
  orderId: string,
  settings: EngineSettings,
): Promise<OrderDetails | undefined> {
  const order = await findOrderOrNone(tx, orderId, false);
  if (order === undefined) return undefined;
  const claimant = order.claimedBy === null ? undefined : await tx.use(accountRepository).find(order.claimedBy);
  return {
    order,
    claimant: claimant?.address ?? null,
    signers: await tx.use(orderClaimRepository).ofOrder(order.orderId, MAX_DETAILS),
    dueAt: isOpen(order.status) ? dueAt(order, settings) : null,
    paidBy: await tx.use(paymentUseRepository).ofOrder(order.orderId, MAX_DETAILS),
  };
}

/** An order that the account claimed or paid; undefined for all others. */
export async function ownOrderOf(
  tx: Transaction,
  account: AccountId,
  orderId: string,
  settings: EngineSettings,
): Promise<Order | undefined> {
  const order = await findOrderOrNone(tx, orderId, settings.strictMode);
  if (order === undefined) return undefined;
  const isOwn =
    order.claimedBy === account ||
    (await tx.use(orderClaimRepository).hasSigned(order.orderId, account)) ||
    (await tx.use(settlementRepository).paidBy(order.orderId, account));
  return isOwn ? (await withOwnNotes(tx, [order], account))[0] : undefined;
}

const NO_PAYMENTS: Page<Payment, PaymentPosition> = { rows: [], next: undefined };

/** A list that was read to its end continues after its last row, so that later rows are in the next page. */
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
