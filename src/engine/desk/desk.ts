import type { EngineContext } from '#engine/context.ts';
import { DomainError } from '#engine/errors.ts';
import { findOrderOrNone } from '#engine/order-lookup.ts';
import { type Account, accountRepository, type LinkedAccount } from '#engine/store/accounts.ts';
import { customerRepository, type OrderTotals } from '#engine/store/customers.ts';
import { deskRepository, type LinkedCustomer, type MoneyKind } from '#engine/store/desk.ts';
import { type Order, type OrderPosition, orderRepository } from '#engine/store/orders.ts';
import { paymentListRepository } from '#engine/store/payment-lists.ts';
import { paymentUseRepository } from '#engine/store/payment-uses.ts';
import { type Payment, type PaymentPosition, paymentRepository } from '#engine/store/payments.ts';
import { eventRepository } from '#platform/outbox/store/events.ts';
import type { StoredEvent } from '#platform/outbox/stored-event.ts';
import { type Page, type PageRequest, readPage } from '#platform/paging.ts';
import type { AccountId, TariAddress } from '#tari/address.ts';
import { accountOf } from '#tari/address.ts';
import { figures } from './figures.ts';

/** What people at a desk ask of orders, money and wallets. Lists are newest first; each result is one snapshot. */

export type Desk = ReturnType<typeof desk>;

/** A payment with the order that it names, if that is known. */
export interface PaymentWithOrder {
  payment: Payment;
  order: Order | undefined;
}

/** What has happened to an order. */
export interface OrderStory {
  order: Order;
  /** Of the order itself, oldest first. */
  events: StoredEvent[];
  /** Payments that name it or paid it, oldest first. */
  payments: Payment[];
  claimant: Account | undefined;
  /** The customers of the wallet that claimed it. */
  claimantCustomers: LinkedCustomer[];
}

export interface WalletView {
  account: Account | undefined;
  customers: LinkedCustomer[];
}

export interface CustomerView {
  customerId: string;
  /** Undefined for a customer without orders. */
  totals: OrderTotals | undefined;
  credit: bigint;
  accounts: LinkedAccount[];
}

/** More than any order has; further ones are left out. */
const MAX_OF_ORDER = 200;
const MAX_CUSTOMERS_SHOWN = 100;
const MAX_FOUND = 20;

export function desk(context: EngineContext) {
  const { store } = context;

  return {
    ...figures(context),

    /** Open orders for which a part of the price has come. */
    partlyPaid: (request: PageRequest<OrderPosition>): Promise<Page<Order, OrderPosition>> =>
      store.read((tx) =>
        readPage(request, (after, limit) => tx.use(deskRepository).partlyPaid(after, limit), positionOf),
      ),

    ordersOfPrice: (price: bigint, request: PageRequest<OrderPosition>): Promise<Page<Order, OrderPosition>> =>
      store.read((tx) =>
        readPage(request, (after, limit) => tx.use(deskRepository).ordersOfPrice(price, after, limit), positionOf),
      ),

    /** By the shop's confirmation number, or the code that stands in its place. */
    ordersOfCode: (code: string): Promise<Order[]> =>
      store.read((tx) => tx.use(deskRepository).ordersOfCode(code, MAX_FOUND)),

    /** By id or by name, with or without `#`, newest first. */
    ordersCalled: (name: string): Promise<Order[]> =>
      store.read((tx) => tx.use(orderRepository).called(name, MAX_FOUND)),

    claimedOrders: (account: AccountId, request: PageRequest<OrderPosition>): Promise<Page<Order, OrderPosition>> =>
      store.read((tx) =>
        readPage(request, (after, limit) => tx.use(deskRepository).claimedOrders(account, after, limit), positionOf),
      ),

    /** Payments that came too late, or of which something was left over. */
    money: (kind: MoneyKind, request: PageRequest<PaymentPosition>): Promise<Page<PaymentWithOrder, PaymentPosition>> =>
      store.read(async (tx) => {
        const page = await readPage(
          request,
          (after, limit) => tx.use(deskRepository).money(kind, after, limit),
          positionOfPayment,
        );
        const names = page.rows.flatMap(({ orderId }) => orderId ?? []);
        const orders = await tx.use(deskRepository).ordersNamed(names);
        return { ...page, rows: page.rows.map((payment) => ({ payment, order: orders.get(payment.orderId ?? '') })) };
      }),

    paymentsOfAmount: (
      amount: bigint,
      request: PageRequest<PaymentPosition>,
    ): Promise<Page<Payment, PaymentPosition>> =>
      store.read((tx) =>
        readPage(
          request,
          (after, limit) => tx.use(deskRepository).paymentsOfAmount(amount, after, limit),
          positionOfPayment,
        ),
      ),

    paymentsOfAccount: (
      account: AccountId,
      request: PageRequest<PaymentPosition>,
    ): Promise<Page<Payment, PaymentPosition>> =>
      store.read((tx) =>
        readPage(
          request,
          (after, limit) => tx.use(deskRepository).paymentsOfAccount(account, after, limit),
          positionOfPayment,
        ),
      ),

    payment: (txid: string): Promise<PaymentWithOrder | undefined> =>
      store.read(async (tx) => {
        const payment = await tx.use(paymentRepository).find(txid);
        if (payment === undefined) return undefined;
        const order = payment.orderId === null ? undefined : await findOrderOrNone(tx, payment.orderId, false);
        return { payment, order };
      }),

    sharedSenders: (limit: number) => store.read((tx) => tx.use(deskRepository).sharedSenders(limit)),

    wallet: (address: TariAddress): Promise<WalletView> =>
      store.read(async (tx) => {
        const account = accountOf(address);
        return {
          account: await tx.use(accountRepository).find(account),
          customers: await tx.use(deskRepository).customersOf(account, MAX_CUSTOMERS_SHOWN),
        };
      }),

    customer: (customerId: string): Promise<CustomerView> =>
      store.read(async (tx) => ({
        customerId,
        totals: await tx.use(customerRepository).totals(customerId),
        credit: await tx.use(customerRepository).credit(customerId),
        accounts: await tx.use(accountRepository).ofCustomer(customerId),
      })),

    /** Customers whose ids begin so, by id. */
    customers: (start: string, request: PageRequest<string>) =>
      store.read((tx) =>
        readPage(
          request,
          (after, limit) => tx.use(deskRepository).customers(start, after ?? '', limit),
          ({ customerId }) => customerId,
        ),
      ),

    /** @throws {DomainError} `order_not_found` */
    story: (orderId: string): Promise<OrderStory> =>
      store.read(async (tx) => {
        const order = await findOrderOrNone(tx, orderId, false);
        if (order === undefined) throw new DomainError('order_not_found', orderId);
        const names = order.altId === null ? [order.orderId] : [order.orderId, order.altId];
        const naming = await tx.use(paymentListRepository).pageNaming(names, undefined, MAX_OF_ORDER);
        const known = new Set(naming.map(({ txid }) => txid));
        const others = new Set<string>();
        for (const { txid } of await tx.use(paymentUseRepository).ofOrder(order.orderId, MAX_OF_ORDER)) {
          if (!known.has(txid)) others.add(txid);
        }
        const paying: Payment[] = [];
        for (const txid of others) {
          const payment = await tx.use(paymentRepository).find(txid);
          if (payment !== undefined) paying.push(payment);
        }
        const { claimedBy } = order;
        return {
          order,
          events: await tx.use(eventRepository).ofOrder(order.orderId, MAX_OF_ORDER),
          payments: [...naming, ...paying].sort((one, other) => one.createdAt.getTime() - other.createdAt.getTime()),
          claimant: claimedBy === null ? undefined : await tx.use(accountRepository).find(claimedBy),
          claimantCustomers: claimedBy === null ? [] : await tx.use(deskRepository).customersOf(claimedBy, MAX_FOUND),
        };
      }),
  };
}

function positionOf({ createdAt, id }: Order): OrderPosition {
  return { createdAt, id };
}

function positionOfPayment({ createdAt, txid }: Payment): PaymentPosition {
  return { createdAt, txid };
}
