import type { ShopOrder } from '#shops/shop-connector.ts';
import type { WebhookDelivery } from '#shops/store/webhooks.ts';
import { NOW } from './test-wallets.ts';

/** An order of 100 XTM, as the shop reports it. Its note is looked through for claims, as the shop's adapter does. */
export function aShopOrder(order: Partial<ShopOrder> = {}): ShopOrder {
  const memo = order.memo ?? null;
  return {
    orderId: '1001',
    altId: null,
    customerId: 'c1',
    isPaidInShop: false,
    isCancelledInShop: false,
    memo,
    claimTexts: memo === null ? [] : [memo],
    price: '100.00',
    currency: 'XTM',
    outstanding: null,
    createdAt: NOW,
    updatedAt: NOW,
    ...order,
  };
}

export function aDelivery(delivery: Partial<WebhookDelivery> = {}): WebhookDelivery {
  return { webhookId: null, topic: 'orders/create', eventId: null, triggeredAt: null, ...delivery };
}
