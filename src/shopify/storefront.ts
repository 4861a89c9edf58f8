import type { Clock } from '../engine/clock.ts';
import type { Logger } from '../engine/log.ts';
import type { Storefront } from '../engine/storefront.ts';
import type { AdminClient } from './admin-client.ts';
import { cancelOrder } from './cancel.ts';
import { markPaid } from './mark-paid.ts';
import type { Sleep } from './sleep.ts';

export interface ShopifyStorefrontPorts {
  client: AdminClient;
  clock: Clock;
  sleep: Sleep;
  log: Logger;
}

/** The engine's storefront, as a Shopify shop. */
export function createShopifyStorefront(ports: ShopifyStorefrontPorts): Storefront {
  return {
    name: 'shopify',
    markPaid: (order, paidAt, signal) => markPaid(ports, order, paidAt, signal),
    cancel: (order, reason, signal) => cancelOrder(ports, order, reason, signal),
  };
}
