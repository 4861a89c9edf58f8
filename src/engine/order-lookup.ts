import type { Transaction } from '#platform/database/store.ts';
import type { EngineSettings } from './context.ts';
import { DomainError } from './errors.ts';
import { spelledOtherwise } from './order-names.ts';
import { type Order, orderRepository } from './store/orders.ts';

/**
 * Finds the order that a text means. An order has the shop's id, and a name in the shop, its `altId`, such as `#1001`.
 * Requests name an order by its id and, unless the mode is strict, by its name. Payments' texts are matched more leniently,
 * in strict mode too: they only decide about the payment's own money.
 */

/** @throws {DomainError} `order_not_found` */
export async function findOrder(tx: Transaction, orderId: string, strictMode: boolean): Promise<Order> {
  const order = await findOrderOrNone(tx, orderId, strictMode);
  if (order === undefined) throw new DomainError('order_not_found', orderId);
  return order;
}

/** The order that a request names: by order id, or, unless the mode is strict, by the shop's name for it. */
export async function findOrderOrNone(
  tx: Transaction,
  orderId: string,
  strictMode: boolean,
): Promise<Order | undefined> {
  const byId = await tx.use(orderRepository).find(orderId);
  return byId !== undefined || strictMode ? byId : findByName(tx, orderId);
}

/**
 * The order that a payment names, by its `order_id` or in its memo. TPG_SHOPIFY_ORDER_ID_FIELD decides which meaning of a
 * number is tried first: with `id` an order's id, written with or without `#`, then its name; with `name` vice versa.
 */
export async function findNamedOrder(
  tx: Transaction,
  named: string,
  { orderIdField }: Pick<EngineSettings, 'orderIdField'>,
): Promise<Order | undefined> {
  if (orderIdField === 'name') return (await findByName(tx, named)) ?? findById(tx, named);
  return (await findById(tx, named)) ?? findByName(tx, named);
}

async function findById(tx: Transaction, named: string): Promise<Order | undefined> {
  const exact = await tx.use(orderRepository).find(named);
  return exact !== undefined || !named.startsWith('#') ? exact : tx.use(orderRepository).find(named.slice(1));
}

/**
 * The order with this name in the shop, with or without `#`. If several orders share the name, the open one is meant; if
 * several or none are open, none is: an operator has to decide whose money it is.
 */
async function findByName(tx: Transaction, name: string): Promise<Order | undefined> {
  // `##7` is not a spelling of `#7`: the search for earlier payments that name an order does not look for it either.
  const spellings = name.startsWith('##') ? [name] : [name, spelledOtherwise(name)];
  for (const spelling of spellings) {
    for (const statuses of [OPEN, CLOSED]) {
      const [found, second] = await tx.use(orderRepository).named(spelling, statuses, 2);
      if (second !== undefined) return undefined;
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

const OPEN = ['Unclaimed', 'New'] as const;
const CLOSED = ['Paid', 'Expired', 'Cancelled'] as const;

/**
 * The stored order of an order in the shop. An order that an older version entered while TPG_SHOPIFY_ORDER_ID_FIELD was
 * `name` is stored under its name; the creation time shows whether it is the same order. Its id in the shop is then
 * recorded, so this is for units of work that write.
 */
export async function findShopOrder(
  tx: Transaction,
  { orderId, altId, createdAt }: Pick<Order, 'orderId' | 'altId' | 'createdAt'>,
): Promise<Order | undefined> {
  if (altId === null || altId === orderId) return tx.use(orderRepository).find(orderId);
  const found = await tx.use(orderRepository).findEither(orderId, altId);
  const byId = found.find((order) => order.orderId === orderId);
  if (byId !== undefined) return byId;
  const byName = found.find((order) => order.altId === altId && order.createdAt.getTime() === createdAt.getTime());
  if (byName !== undefined) await tx.use(orderRepository).noteShopId(byName, orderId);
  return byName;
}
