import type { Clock } from '#platform/clock.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { ShopConnector } from '#shops/shop-connector.ts';
import type { AdminClient } from './admin-api/client.ts';
import type { Sleep } from './admin-api/sleep.ts';
import { cancelOrder } from './cancel.ts';
import { findCustomersByEmail } from './customers.ts';
import { markPaid } from './mark-paid.ts';
import { readOpenOrders } from './open-orders.ts';
import { createShopPrices } from './prices/prices.ts';
import { recordRefund } from './record-refund.ts';
import type { OrderWebhookOptions } from './webhooks/order.ts';

export interface ShopifyConnectorPorts {
  client: AdminClient;
  clock: Clock;
  sleep: Sleep;
  log: Logger;
  /** How orders are read. */
  fields: OrderWebhookOptions;
}

/** The connector of a Shopify shop. */
export function createShopifyConnector(ports: ShopifyConnectorPorts): ShopConnector {
  return {
    name: 'shopify',
    markPaid: (order, paidAt, signal) => markPaid(ports, order, paidAt, signal),
    cancel: (order, reason, signal) => cancelOrder(ports, order, reason, signal),
    recordRefund: (refund, signal) => recordRefund(ports.client, refund, signal),
    customersByEmail: (email, signal) => findCustomersByEmail(ports.client, email, signal),
    openOrders: (signal) => readOpenOrders(ports, signal),
    prices: createShopPrices(ports.client),
  };
}
