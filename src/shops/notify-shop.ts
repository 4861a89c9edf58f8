import type { OrderView } from '#engine/views.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { EventRegistry } from '#platform/outbox/event-bus.ts';
import type { OrderInShop, ShopConnector, ShopOutcome } from './shop-connector.ts';

const REASONS = {
  Expired: 'The order was not paid in Tari in time.',
  Cancelled: 'The order was cancelled in the Tari payment server.',
} as const;

/** The ids of the authorizations that are kept for an order. */
export type AuthorizationsOf = (orderId: string) => Promise<readonly string[]>;

/** Notifies the shop of the outcome of its orders: the default handlers of OrderPaid and OrderAnnulled. */
export function subscribeShop(
  events: EventRegistry,
  connector: ShopConnector,
  log: Logger,
  authorizationsOf: AuthorizationsOf = async () => [],
): void {
  const note = (order: OrderView, outcome: ShopOutcome) =>
    log.info({ orderId: order.order_id, effect: outcome.effect, shop: connector.name }, outcome.detail);

  events.onDurable(connector.name, 'OrderPaid', async ({ payload: { order } }, signal) => {
    // Read for each notification: one may have arrived since the order was paid.
    const paid = { ...named(order), authorizationIds: await authorizationsOf(order.order_id) };
    note(order, await connector.markPaid(paid, new Date(order.updated_at), signal));
  });
  events.onDurable(
    connector.name,
    'OrderAnnulled',
    async ({ payload: { order, status } }, signal) => {
      note(order, await connector.cancel(named(order), REASONS[status], signal));
    },
    // An order that the shop itself closed must not be cancelled there.
    { exceptFrom: 'shop' },
  );
}

function named(order: OrderView): OrderInShop {
  const price = order.original_price === null ? undefined : { amount: order.original_price, currency: order.currency };
  return { orderId: order.order_id, altId: order.alt_id, price };
}
