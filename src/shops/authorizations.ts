import type { Ledger } from '#engine/money/ledger.ts';
import type { OrderStatus } from '#platform/database/tables.ts';
import type { ShopAuthorization } from './shop-connector.ts';
import type { WebhookAnswer } from './store/webhooks.ts';

/** What becomes of an authorization, by the state of its order. */
const PROSPECTS: Readonly<Record<OrderStatus, string>> = {
  Unclaimed: 'is captured once the order is paid in Tari',
  New: 'is captured once the order is paid in Tari',
  Paid: 'is captured now, since the order is Paid',
  Expired: 'is not captured, since the order is Expired',
  Cancelled: 'is not captured, since the order is Cancelled',
};

/**
 * Keeps money that another gateway holds for an order, whether the order is known or not. It is captured when the shop
 * is told that the order is paid; where that was done already, the shop is told once more, which pays nothing twice.
 * @param storefront names the shop as it is named among the subscribers; undefined where none is configured.
 */
export async function takeInAuthorization(
  { tx, now }: Ledger,
  authorization: ShopAuthorization,
  storefront: string | undefined,
): Promise<WebhookAnswer> {
  const { transactionId, orderId } = authorization;
  const isNew = await tx.authorizations.keep(authorization, now);
  if (!isNew) return answer(`Authorization ${transactionId} is known already.`);
  const order = await tx.orders.find(orderId);
  if (order === undefined) {
    return answer(`Order ${orderId} is not known yet; authorization ${transactionId} is kept until it comes.`);
  }
  if (order.status === 'Paid' && storefront !== undefined) {
    await tx.deliveries.tellAgain('OrderPaid', order.orderId, storefront, now);
  }
  return answer(`Authorization ${transactionId} of order ${orderId} is kept. It ${PROSPECTS[order.status]}.`);
}

function answer(message: string): WebhookAnswer {
  return { state: 'accepted', success: true, message };
}
