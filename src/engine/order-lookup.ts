import type { Transaction } from '#platform/database/store.ts';
import type { EngineSettings } from './context.ts';
import { DomainError } from './errors.ts';
import { spelledOtherwise } from './order-names.ts';
import { type Order, orderRepository } from './store/orders.ts';

/**
 * Which order is meant. An order has an id, the shop's, and a name in the shop, its `altId`, such as `#1001`. Requests
 * name an order by its id and, where the mode is not strict, by its name. What a payment's texts name it by is more
 * lenient, in strict mode too: such a text speaks for the payment's own money and for nothing else.
 */

/** @throws {DomainError} `order_not_found` */
export async function findOrder(tx: Transaction, orderId: string, strictMode: boolean): Promise<Order> {
  const order = await findOrderOrNone(tx, orderId, strictMode);
  if (order === undefined) throw new DomainError('order_not_found', orderId);
  return order;
}

/** The order that a request names: by order id, or, where the mode is not strict, by the shop's name for it. */
export async function findOrderOrNone(
  tx: Transaction,
  orderId: string,
  strictMode: boolean,
): Promise<Order | undefined> {
  const byId = await tx.use(orderRepository).find(orderId);
  return byId !== undefined || strictMode ? byId : findByName(tx, orderId);
}

/**
 * The order that a payment names, by its `order_id` or in its memo. TPG_SHOPIFY_ORDER_ID_FIELD says what a number means
 * first: with `id` it is an order's id, written with `#` or without, else its name; with `name` the other way round.
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
 * The order that the shop calls so, with `#` or without. A name that several orders bear means the one that is open; where
 * several are, or none is, it means none of them: whose money it is, a person has to say.
 */
async function findByName(tx: Transaction, name: string): Promise<Order | undefined> {
  // `##7` is not what people make of `#7`: those who look for what named an order before it came do not look for it.
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
 * The order of the shop as it is known here. One that an older version entered while TPG_SHOPIFY_ORDER_ID_FIELD was
 * `name` is known by its name; that it is the same and not another of one name shows in when it was made. The shop's id
 * of it is noted then. For units of work that write.
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
