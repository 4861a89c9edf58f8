import * as z from 'zod';
import { type OrderInShop, ShopError } from '#shops/shop-connector.ts';
import type { AdminClient } from './admin-api/client.ts';
import { FIND_ORDERS_BY_NAME, READ_ORDER } from './admin-api/operations.ts';
import { moneyBagSchema, moneySchema, orderPricesSchema } from './due-now.ts';

/** The fields of the fragment `OrderState` in `operations.ts`. */
export const orderStateSchema = orderPricesSchema.extend({
  id: z.string().min(1).max(255),
  name: z.string().max(255),
  canMarkAsPaid: z.boolean(),
  cancelledAt: z.string().max(64).nullable(),
  currentTotalDiscountsSet: moneyBagSchema,
  totalOutstandingSet: moneyBagSchema,
  totalReceivedSet: z.object({ presentmentMoney: moneySchema }),
});

/** The current state of an order in the shop. */
export type OrderState = z.infer<typeof orderStateSchema>;

/** How to look up an order in the shop. */
export type OrderReference = { by: 'id'; gid: string } | { by: 'name'; name: string };

/**
 * Determines how to look up an order in the shop. Its id is one of Shopify's, unless an older version of this server
 * entered it while orders were identified by their names: then the id *is* the name. The order's `altId`, which is always
 * the name, distinguishes the two, even if a shop's order names are plain digits.
 */
export function orderReference(order: OrderInShop): OrderReference {
  const isShopifyId = /^\d+$/.test(order.orderId) && order.orderId !== order.altId;
  if (isShopifyId) return { by: 'id', gid: `gid://shopify/Order/${order.orderId}` };
  return { by: 'name', name: order.orderId };
}

/**
 * Reads the order's current state from the shop.
 * @throws {ShopError} also if the shop has no such order: not retryable for an id; retryable for a name, because
 * the search for names lags behind the orders.
 */
export async function readOrder(client: AdminClient, order: OrderInShop, signal?: AbortSignal): Promise<OrderState> {
  const reference = orderReference(order);
  if (reference.by === 'id') return readOrderById(client, reference.gid, signal);
  return findOrderByName(client, reference.name, signal);
}

const readOrderSchema = z.object({ order: orderStateSchema.nullable() });

/** @throws {ShopError} */
export async function readOrderById(client: AdminClient, gid: string, signal?: AbortSignal): Promise<OrderState> {
  const data = await client.request(READ_ORDER, { id: gid }, readOrderSchema, { signal });
  if (data.order !== null) return data.order;
  throw new ShopError(
    `The shop has no order ${gid}; without the scope read_all_orders it shows none older than 60 days.`,
    { retryable: false },
  );
}

const findOrdersSchema = z.object({ orders: z.object({ nodes: z.array(orderStateSchema).max(10) }) });

async function findOrderByName(client: AdminClient, name: string, signal?: AbortSignal): Promise<OrderState> {
  const data = await client.request(FIND_ORDERS_BY_NAME, { query: nameQuery(name) }, findOrdersSchema, { signal });
  // The search also finds names that merely contain the words, and paying one of those would be worse than failing.
  const exact = data.orders.nodes.filter((node) => node.name === name);
  const [found, second] = exact;
  if (second !== undefined) {
    throw new ShopError(`The shop has several orders named ${name}; a person has to choose.`, {
      retryable: false,
    });
  }
  if (found !== undefined) return found;
  throw new ShopError(`The shop's search finds no order named ${name} yet.`, { retryable: true });
}

/**
 * The search expression for a name. Within quotes only the quote and the backslash are special
 * (shopify.dev, "Shopify API search syntax"), so a name can't add terms of its own.
 */
export function nameQuery(name: string): string {
  return `name:"${name.replace(/["\\]/g, '\\$&')}"`;
}

/** The order in messages: by the name that the shop's staff sees. */
export function orderLabel(state: OrderState): string {
  return `Order ${state.name} (${state.id})`;
}
