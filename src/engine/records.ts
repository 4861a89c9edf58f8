import type { Transaction } from '#platform/database/store.ts';
import type { MicroTari } from '#tari/micro-tari.ts';
import type { EngineSettings } from './context.ts';
import { findNamedOrder } from './order-lookup.ts';
import { namesOf } from './order-names.ts';
import { type Order, orderRepository } from './store/orders.ts';
import { paymentListRepository } from './store/payment-lists.ts';
import { paymentUseRepository } from './store/payment-uses.ts';
import { type Payment, paymentRepository } from './store/payments.ts';

/** Orders and payments as other contexts read them within units of work of their own. They know no table of the engine. */

/** By its id, or by the id that the shop has for it. */
export function orderById(tx: Transaction, orderId: string): Promise<Order | undefined> {
  return tx.use(orderRepository).find(orderId);
}

/** Up to `limit` orders with this id, in the shop or here, or with this name, with or without `#`; newest first. */
export function ordersCalled(tx: Transaction, named: string, limit: number): Promise<Order[]> {
  return tx.use(orderRepository).called(named, limit);
}

/** Records the payments for an order in a mempool, in µT. They have no effect. */
export function noteSeen(tx: Transaction, order: Order, amount: MicroTari): Promise<Order> {
  return tx.use(orderRepository).noteSeen(order, amount);
}

export function paymentById(tx: Transaction, txid: string): Promise<Payment | undefined> {
  return tx.use(paymentRepository).find(txid);
}

/** The payments that name the order, by any of its names, oldest first. A name shared by several orders names none of them. */
export async function paymentsNaming(
  tx: Transaction,
  order: Pick<Order, 'orderId' | 'altId'>,
  settings: Pick<EngineSettings, 'orderIdField'>,
): Promise<Payment[]> {
  const naming: Payment[] = [];
  const isMeant = new Map<string, boolean>();
  for (const payment of await tx.use(paymentListRepository).naming(namesOf(order))) {
    const name = payment.orderId ?? '';
    if (!isMeant.has(name)) {
      isMeant.set(name, (await findNamedOrder(tx, name, settings))?.orderId === order.orderId);
    }
    if (isMeant.get(name)) naming.push(payment);
  }
  return naming;
}

/** Up to `limit` payments on the chain since a time or a height, after the one with that id. */
export function paymentsOnChainSince(
  tx: Transaction,
  since: { time: Date; height: number },
  after: string,
  limit: number,
): Promise<Payment[]> {
  return tx.use(paymentListRepository).onChainSince(since, after, limit);
}

/** How much of the payments was taken back by operators, in µT, and when last; null if nothing was. */
export function takenBackOf(
  tx: Transaction,
  txids: readonly string[],
): Promise<{ amount: MicroTari; at: Date } | null> {
  return tx.use(paymentUseRepository).takenBackOf(txids);
}
