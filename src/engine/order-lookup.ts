import type { Order } from '../store/orders.ts';
import type { OrderNames } from '../store/payments.ts';
import type { Repositories } from '../store/repositories.ts';
import type { EngineSettings } from './context.ts';
import { EngineError } from './errors.ts';
import type { ShopOrder } from './storefront.ts';

/**
 * Which order is meant. An order has an id, the shop's, and a name in the shop, its `altId`, such as `#1001`. Requests
 * name an order by its id and, where the mode is not strict, by its name.
 */

/** @throws {EngineError} `order_not_found` */
export async function findOrder(tx: Repositories, orderId: string, strictMode: boolean): Promise<Order> {
  const order = await findOrderOrNone(tx, orderId, strictMode);
  if (order === undefined) throw new EngineError('order_not_found', orderId);
  return order;
}

export async function findOrderOrNone(
  tx: Repositories,
  orderId: string,
  strictMode: boolean,
): Promise<Order | undefined> {
  const byId = await tx.orders.find(orderId);
  if (byId !== undefined || strictMode) return byId;
  return (await tx.orders.findByAltId(orderId)) ?? (await tx.orders.findByAltId(spelledOtherwise(orderId)));
}

/** The order that a payment names. */
export function findNamedOrder(
  tx: Repositories,
  named: string,
  { strictMode }: Pick<EngineSettings, 'strictMode'>,
): Promise<Order | undefined> {
  return findOrderOrNone(tx, named, strictMode);
}

/** Whether a request, such as a claim in the order's own note, names this order. */
export function isNamed(order: Pick<ShopOrder, 'orderId' | 'altId'>, named: string, strictMode: boolean): boolean {
  return named === order.orderId || (!strictMode && namesOf(order).includes(named));
}

/** Every text by which a payment may name the order. */
export function namesOf({ orderId, altId }: Pick<ShopOrder, 'orderId' | 'altId'>): OrderNames {
  return altId === null ? [orderId] : [orderId, altId, spelledOtherwise(altId)];
}

/** The name of an order without its `#`, or with one: shops write it, people who pay often leave it out. */
function spelledOtherwise(name: string): string {
  return name.startsWith('#') ? name.slice(1) : `#${name}`;
}
