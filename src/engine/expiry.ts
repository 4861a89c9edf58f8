import type { Order } from '../store/orders.ts';
import type { EngineContext } from './context.ts';
import { Ledger } from './ledger.ts';

/** Orders that expire in one unit of work: few enough that nobody waits long behind them. */
const ORDERS_AT_ONCE = 100;

export type Expiry = ReturnType<typeof expiry>;

/** @param notBefore until then nothing expires: payments that came while the server was down are seen first. */
export function expiry({ store, clock, settings, log, subscriptions }: EngineContext, notBefore: Date) {
  const expireSome = (status: 'Unclaimed' | 'New', timeoutMs: number): Promise<Order[]> => {
    const now = clock.now();
    const unchangedSince = new Date(now.getTime() - timeoutMs);
    return store.run(async (tx) => {
      const ledger = new Ledger(tx, now, subscriptions);
      const expired: Order[] = [];
      for (const order of await tx.orders.unchangedSince(status, unchangedSince, ORDERS_AT_ONCE)) {
        expired.push(await ledger.annulOrder(order, 'expire'));
      }
      return expired;
    });
  };

  const expireAll = async (status: 'Unclaimed' | 'New', timeoutMs: number): Promise<Order[]> => {
    const expired: Order[] = [];
    for (;;) {
      const some = await expireSome(status, timeoutMs);
      expired.push(...some);
      if (some.length < ORDERS_AT_ONCE) return expired;
    }
  };

  return {
    /** Expires every order that was left Unclaimed, or claimed but unpaid, for longer than its time-out. */
    async run(): Promise<Order[]> {
      if (clock.now() < notBefore) {
        log.debug({ notBefore }, 'Nothing expires yet: payments that came while the server was down are seen first');
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
