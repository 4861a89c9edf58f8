import type { Ledger } from '#engine/money/ledger.ts';
import { orderById } from '#engine/records.ts';
import type { OrderStatus } from '#engine/store/tables.ts';
import { deliveryRepository } from '#platform/outbox/store/deliveries.ts';
import type { ShopAuthorization } from './shop-connector.ts';
import { authorizationRepository } from './store/authorizations.ts';
import type { WebhookAnswer } from './store/webhooks.ts';
import { answer } from './webhook-answer.ts';

/** What happens to an authorization, by the state of its order. */
const PROSPECTS: Readonly<Record<OrderStatus, string>> = {
  Unclaimed: 'is captured once the order is paid in Tari',
  New: 'is captured once the order is paid in Tari',
  Paid: 'is captured now, since the order is Paid',
  Expired: 'is not captured, since the order is Expired',
  Cancelled: 'is not captured, since the order is Cancelled',
};

/**
 * Records money that another gateway holds for an order, whether the order is known or not. It is captured when the shop
 * is notified that the order is paid; if that was done already, the notification is repeated, which pays nothing twice.
 * @param shop the shop's name among the subscribers; undefined if none is configured.
 */
export async function receiveAuthorization(
  { tx, now }: Ledger,
  authorization: ShopAuthorization,
  shop: string | undefined,
): Promise<WebhookAnswer> {
  const { transactionId, orderId } = authorization;
  const isNew = await tx.use(authorizationRepository).keep(authorization, now);
  if (!isNew) return answer('accepted', true, `Authorization ${transactionId} is known already.`);
  const order = await orderById(tx, orderId);
  if (order === undefined) {
    return answer(
      'accepted',
      true,
      `Order ${orderId} is not known yet; authorization ${transactionId} is kept until it arrives.`,
    );
  }
  if (order.status === 'Paid' && shop !== undefined) {
    await tx.use(deliveryRepository).redeliver('OrderPaid', order.orderId, shop, now);
  }
  return answer(
    'accepted',
    true,
    `Authorization ${transactionId} of order ${orderId} is kept. It ${PROSPECTS[order.status]}.`,
  );
}
