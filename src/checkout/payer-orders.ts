import { orderAddressAt } from '#auth/shop-address.ts';
import { shopAddress } from '#auth/shop-network.ts';
import type { EngineContext } from '#engine/context.ts';
import { EVENT_TYPES } from '#engine/events.ts';
import { TOLERANCE_REASON } from '#engine/money/tolerance.ts';
import { findNamedOrder, findOrder } from '#engine/order-lookup.ts';
import { isOpen } from '#engine/order-states.ts';
import { dueAt } from '#engine/orders.ts';
import { ordersCalled, paymentsNaming, takenBackOf } from '#engine/records.ts';
import type { Order } from '#engine/store/orders.ts';
import type { Payment } from '#engine/store/payments.ts';
import type { OrderStatus } from '#engine/store/tables.ts';
import { amountMissing } from '#engine/views.ts';
import { PAYOUT_EVENTS } from '#payouts/events.ts';
import type { Transaction } from '#platform/database/store.ts';
import { parseJson } from '#platform/json.ts';
import { eventRepository } from '#platform/outbox/store/events.ts';
import type { StoredEvent } from '#platform/outbox/stored-event.ts';
import { isSameSecret } from '#platform/sha256.ts';
import { type ChainWatch, chainStatus } from '#rails/tari-chain/chain-watch.ts';
import { type Network, networkOfBase58 } from '#tari/address.ts';
import type { PayerRefunds } from './payer-refunds.ts';
import type { ShownRefunds } from './shown-refund.ts';

/**
 * An order as its payer sees it, for visitors who know the order's number and its code. It has only data of this order: no
 * names, no other orders, no credit beyond what this order uses. Amounts in µT.
 */
export interface PayerOrder {
  orderId: string;
  /** Its name in the shop, such as `#1001`. */
  name: string | null;
  status: OrderStatus;
  price: bigint;
  /** As the shop wrote it, in `currency`; null if it wrote none. */
  shopPrice: string | null;
  currency: string;
  /** µT per unit of `currency`, fixed when the order arrived. */
  rate: bigint;
  /** Null for an order that can't be paid. */
  missing: bigint | null;
  /** Confirmed money for it; 0 once the order is closed. */
  received: bigint;
  /** How much of its customer's credit will be used for it. */
  creditUsed: bigint;
  /** Payments for it in a mempool. */
  seen: bigint;
  payments: readonly PayerPayment[];
  /** The surplus of payments for it, which is credit of its customer. */
  leftOver: bigint;
  /** The missing amount that counts as paid. */
  forgiven: bigint;
  /** How much of the payments for it was refunded, and when last; null if nothing was. */
  givenBack: { amount: bigint; at: Date } | null;
  createdAt: Date;
  /** When it expires; null for a closed order. */
  dueAt: Date | null;
  /** When it was paid, expired or was cancelled; null for an open order. */
  closedAt: Date | null;
  /** Its own payment address, base58. */
  payTo: string | null;
  network: Network | null;
  /** Whether its customer has an account in the shop, so that credit can pay a later order. */
  hasCustomer: boolean;
  locale: string | null;
  /** Whether payments are detected before they are in a block. */
  watchesMempool: boolean;
}

export interface PayerPayment {
  txid: string;
  amount: bigint;
  isConfirmed: boolean;
  /** Blocks on top of its own; null if unknown. */
  confirmations: number | null;
  at: Date;
}

/** Changes of orders, for open pages. */
export interface OrderNews {
  /** The id of the last event included. */
  last: bigint;
  /** Ids and names of the orders concerned. */
  orders: readonly string[];
  /** Ids of the customers whose credit may have changed. */
  customers: readonly string[];
}

/** Orders with the same id or name: a name need not be unique. */
const MAX_CANDIDATES = 20;

/** Payments for one order that the page lists; sums are over all of them. */
const MAX_PAYMENTS = 10;

const TOLD_TYPES: ReadonlySet<string> = new Set([...EVENT_TYPES, ...PAYOUT_EVENTS]);

/** Events processed at a time. */
const MAX_EVENTS = 500;

export interface PayerOrderPorts {
  chainWatch: ChainWatch | undefined;
  watchesMempool: boolean;
  refunds: PayerRefunds;
}

export type PayerOrders = ReturnType<typeof payerOrders>;

export function payerOrders(
  { store, settings }: EngineContext,
  { chainWatch, watchesMempool, refunds }: PayerOrderPorts,
) {
  const wakes = new Set<() => void>();
  let isListening = false;

  const payerOrderOf = async (tx: Transaction, order: Order): Promise<PayerOrder> => {
    const open = isOpen(order.status);
    const payments = await paymentsNaming(tx, order, settings);
    const onChain = payments.filter(({ paymentType }) => paymentType === 'on_chain');
    const top = chainWatch === undefined ? null : (await chainStatus(tx, chainWatch)).height;
    const shop = await shopAddress(tx, settings);
    const payTo = orderAddressAt(shop)(order.orderId);
    const rest = open && order.totalPrice > order.ownMoney ? order.totalPrice - order.ownMoney : 0n;
    return {
      orderId: order.orderId,
      name: order.altId,
      status: order.status,
      price: order.totalPrice,
      shopPrice: order.originalPrice,
      currency: order.currency,
      rate: order.exchangeRate,
      missing: amountMissing(order),
      received: order.ownMoney,
      creditUsed: order.usableCredit < rest ? order.usableCredit : rest,
      seen: order.amountSeen,
      payments: onChain.slice(-MAX_PAYMENTS).map((payment) => payerPayment(payment, top)),
      leftOver: sumOf(open ? [] : onChain.filter(({ owner }) => owner?.kind === 'customer'), ({ unspent }) => unspent),
      forgiven: sumOf(payments.filter(isTolerance), ({ amount }) => amount),
      givenBack: await takenBackOf(
        tx,
        onChain.slice(-MAX_PAYMENTS).map(({ txid }) => txid),
      ),
      createdAt: order.createdAt,
      dueAt: open ? dueAt(order, settings) : null,
      closedAt: open ? null : order.updatedAt,
      payTo,
      network: shop === undefined ? null : networkOfBase58(shop),
      hasCustomer: !order.customerId.startsWith('guest:'),
      locale: order.customerLocale,
      watchesMempool,
    };
  };

  const listen = () => {
    if (isListening) return;
    isListening = true;
    store.onCommitted(() => {
      for (const wake of wakes) wake();
    });
  };

  const committed = (withinMs: number) =>
    new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        wakes.delete(done);
        resolve();
      };
      const timer = setTimeout(done, withinMs);
      timer.unref();
      wakes.add(done);
    });

  return {
    /**
     * The order, for visitors who know its code. Undefined for a wrong number or a wrong code, after the same work.
     * @param named the order's id or its name in the shop.
     */
    async find(named: string, code: string): Promise<(PayerOrder & ShownRefunds & { customerId: string }) | undefined> {
      const found = await store.read(async (tx) => {
        const candidates = await ordersCalled(tx, named, MAX_CANDIDATES);
        let found: Order | undefined;
        for (const order of candidates) if (isCode(code, order.pageCode)) found ??= order;
        if (candidates.length === 0) isCode(code, null);
        return found && { ...(await payerOrderOf(tx, found)), customerId: found.customerId };
      });
      return found && { ...found, ...(await refunds.ofOrder(found.orderId)) };
    },

    /**
     * Says where a refund of the order shall go. A person approves what is not the proven wallet that paid; once it is
     * approved nothing of it changes any more.
     * @throws {DomainError} `refund_not_found`, and as the payouts' `setAddress`
     */
    setRefundAddress: refunds.setAddress,

    /** The parts of an order's link. @throws {DomainError} `order_not_found` */
    async linkOf(orderId: string): Promise<{ orderId: string; code: string | null }> {
      const order = await store.read((tx) => findOrder(tx, orderId, settings.strictMode));
      return { orderId: order.orderId, code: order.pageCode };
    },

    /**
     * The changes of orders since the event with the id `after`. If there are none, it waits this long for some.
     * @param after undefined starts from now and returns immediately.
     */
    async news(after: bigint | undefined, withinMs: number): Promise<OrderNews> {
      listen();
      if (after === undefined) {
        return { last: await store.read((tx) => tx.use(eventRepository).lastId()), orders: [], customers: [] };
      }
      const waited = committed(withinMs);
      const first = await newsAfter(after);
      if (first !== undefined) return first;
      await waited;
      return (await newsAfter(after)) ?? { last: after, orders: [], customers: [] };
    },
  };

  function newsAfter(after: bigint): Promise<OrderNews | undefined> {
    return store.read(async (tx) => {
      const events = await tx.use(eventRepository).after(after, MAX_EVENTS);
      const last = events.at(-1);
      if (last === undefined) return undefined;
      const orders = new Set<string>();
      const customers = new Set<string>();
      for (const event of events) {
        const concerned = concernedBy(event);
        for (const customer of concerned.customers) customers.add(customer);
        for (const order of concerned.orders) orders.add(order);
        for (const named of concerned.named) {
          orders.add(named);
          const order = await findNamedOrder(tx, named, settings);
          if (order !== undefined) orders.add(order.orderId).add(order.altId ?? order.orderId);
        }
      }
      return { last: last.id, orders: [...orders], customers: [...customers] };
    });
  }
}

interface Concerned {
  /** Ids and names. */
  orders: string[];
  customers: string[];
  /** The names by which payments refer to their orders. */
  named: string[];
}

interface ToldOrder {
  order_id: string;
  alt_id: string | null;
  customer_id: string;
}

/** What other contexts have to say of an order changes nothing that its payer sees. */
function concernedBy({ type, payload }: StoredEvent): Concerned {
  if (!TOLD_TYPES.has(type)) return { orders: [], customers: [], named: [] };
  const told = parseJson(payload) as {
    order?: ToldOrder | null;
    orders?: { old_order: ToldOrder; new_order: ToldOrder };
    payment?: { order_id: string | null };
    refund?: { order_id: string } | null;
    order_id?: string | null;
    customer_id?: string | null;
  };
  const orders = [told.order, told.orders?.old_order, told.orders?.new_order].filter((order) => order != null);
  const names = orders.flatMap(({ order_id: id, alt_id: name }) => (name === null ? [id] : [id, name]));
  const named = [told.payment?.order_id, told.refund?.order_id, told.order_id].filter((name) => name != null);
  const customers = [...orders.map(({ customer_id: id }) => id), ...(told.customer_id ? [told.customer_id] : [])];
  return { orders: names, customers, named };
}

function payerPayment(
  { txid, amount, status, blockHeight, createdAt }: Payment,
  top: bigint | number | null,
): PayerPayment {
  const above = top === null || blockHeight === null ? null : Math.max(0, Number(BigInt(top) - blockHeight));
  return { txid, amount, isConfirmed: status === 'confirmed', confirmations: above, at: createdAt };
}

function isTolerance({ paymentType, memo }: Payment): boolean {
  return paymentType === 'manual' && memo === TOLERANCE_REASON;
}

function sumOf(payments: readonly Payment[], amountOf: (payment: Payment) => bigint): bigint {
  return payments.reduce((sum, payment) => sum + amountOf(payment), 0n);
}

/** Constant-time comparison, ignoring case: people copy it from an email by hand. */
function isCode(given: string, code: string | null): boolean {
  return isSameSecret(given.toUpperCase(), (code ?? '').toUpperCase()) && code !== null;
}
