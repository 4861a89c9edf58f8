import type { Transaction } from '#platform/database/store.ts';
import { sumMicroTari } from '#tari/micro-tari.ts';
import type { EngineContext, EngineSettings } from './context.ts';
import { Ledger } from './money/ledger.ts';
import { payFromCredit, tryToPay } from './money/settlement.ts';
import { findNamedOrder } from './order-lookup.ts';
import { namesOf } from './order-names.ts';
import { isOpen } from './order-states.ts';
import { type Order, orderRepository } from './store/orders.ts';
import { paymentListRepository } from './store/payment-lists.ts';

/** Orders that expire in one unit of work: few enough that other requests do not wait long. */
const ORDERS_AT_ONCE = 100;

export type Expiry = ReturnType<typeof expiry>;

/** How long payments must have been received without interruption before orders expire. */
export interface Steadiness {
  /** Nothing expires before this time, so that payments made while the server was down are seen first. */
  notBefore: Date;
  /** How long payments must have been received without interruption before anything expires. */
  graceMs: number;
  /** When a write of this process last failed; undefined if none has. */
  lastFailedWriteAt: () => Date | undefined;
}

export function expiry(context: EngineContext, steadiness: Steadiness) {
  const { store, clock, settings, log } = context;
  let begunAt: Date | undefined;

  /** The previous leader may have missed payments up to the moment when this process took over. */
  const startOfExpiry = (): Date => {
    const breaks = [begunAt, steadiness.lastFailedWriteAt()].filter((time) => time !== undefined);
    const times = breaks.map((time) => time.getTime() + steadiness.graceMs);
    return new Date(Math.max(steadiness.notBefore.getTime(), ...times));
  };

  /** Expires an order that is due; undefined if it waits for money. */
  const expireOne = async (ledger: Ledger, due: Order): Promise<Order | undefined> => {
    const { tx, now } = ledger;
    // Money left over from another of these orders may have paid it.
    const order = await tx.use(orderRepository).find(due.orderId);
    if (order === undefined || order.status !== due.status) return undefined;
    const paid = await tryToPay(ledger, order.orderId);
    if (paid.ordersPaid.length > 0) return undefined;
    const overdueMs = now.getTime() - order.updatedAt.getTime() - timeoutOf(order, settings);
    const mayWait = overdueMs < settings.confirmationWaitMs;
    if (mayWait && (await isMoneyOnItsWay(tx, order, settings))) return undefined;
    const expired = await ledger.annulOrder(order, 'expire');
    await payFromCredit(ledger, expired.customerId);
    return expired;
  };

  const expireSome = (status: 'Unclaimed' | 'New', timeoutMs: number, after: Order | undefined) => {
    const now = clock.now();
    const unchangedSince = new Date(now.getTime() - timeoutMs);
    return store.run(async (tx) => {
      const ledger = new Ledger(tx, now, context);
      const expired: Order[] = [];
      const due = await tx.use(orderRepository).unchangedSince(status, unchangedSince, ORDERS_AT_ONCE, after);
      for (const order of due) {
        const gone = await expireOne(ledger, order);
        if (gone !== undefined) expired.push(gone);
      }
      return { expired, last: due.length < ORDERS_AT_ONCE ? undefined : due.at(-1) };
    });
  };

  const expireAll = async (status: 'Unclaimed' | 'New', timeoutMs: number): Promise<Order[]> => {
    const expired: Order[] = [];
    let after: Order | undefined;
    do {
      const some = await expireSome(status, timeoutMs, after);
      expired.push(...some.expired);
      after = some.last;
    } while (after !== undefined);
    return expired;
  };

  return {
    /** This process is responsible for expiry from now on. */
    begin(): void {
      begunAt = clock.now();
    },

    /** Expires every order that was left Unclaimed, or claimed but unpaid, for longer than its time-out. */
    async run(): Promise<Order[]> {
      const notBefore = startOfExpiry();
      if (clock.now() < notBefore) {
        log.debug({ notBefore }, 'Nothing expires yet: payments made while the server was down are seen first');
        return [];
      }
      const unclaimed = await expireAll('Unclaimed', settings.unclaimedOrderTimeoutMs);
      const unpaid = await expireAll('New', settings.unpaidOrderTimeoutMs);
      const expired = [...unclaimed, ...unpaid];
      for (const order of expired) log.info({ orderId: order.orderId }, `Order ${order.orderId} has expired`);
      if (expired.length > 0) log.info({ expired: expired.length }, `Expired orders: ${expired.length}`);
      return expired;
    },
  };
}

function timeoutOf({ status }: Order, settings: EngineSettings): number {
  return status === 'Unclaimed' ? settings.unclaimedOrderTimeoutMs : settings.unpaidOrderTimeoutMs;
}

/** Whether payments in a mempool or not confirmed yet, together with the available funds, could cover an order. */
async function isMoneyOnItsWay(tx: Transaction, order: Order, settings: EngineSettings): Promise<boolean> {
  if (!isOpen(order.status)) return false;
  const amounts: bigint[] = [order.amountSeen];
  for (const payment of await tx.use(paymentListRepository).naming(namesOf(order))) {
    if (payment.status !== 'received' || payment.orderId === null) continue;
    const meant = await findNamedOrder(tx, payment.orderId, settings);
    if (meant?.orderId === order.orderId) amounts.push(payment.amount);
  }
  if (order.claimKind === 'proven')
    amounts.push(await tx.use(paymentListRepository).onTheWayFromSigners(order.orderId));
  const onTheWay = sumMicroTari(amounts);
  return onTheWay > 0n && onTheWay + order.ownMoney + order.usableCredit >= order.totalPrice;
}
