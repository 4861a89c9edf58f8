import { JsonError, parseJson } from '#platform/json.ts';
import { reasonNotOurs } from '#shops/shopify/payment-methods.ts';
import type { WebhookContent } from '#shops/webhook-content.ts';
import { idSchema, readBody, readField, WebhookContentError } from './fields.ts';
import { type OrderWebhookOptions, parseOrderWebhook, type Topic } from './order.ts';
import { parseProductWebhook } from './product.ts';
import { parseRefundWebhook } from './refund.ts';
import { parseTransactionWebhook } from './transaction.ts';

/** The topics that we use. Only orders/create opens an order: shops send updates for orders of every kind. */
const KIND_OF_TOPIC: ReadonlyMap<string, 'new_order' | 'order_updated'> = new Map<Topic, 'new_order' | 'order_updated'>(
  [
    ['orders/create', 'new_order'],
    ['orders/updated', 'order_updated'],
    ['orders/paid', 'order_updated'],
    ['orders/cancelled', 'order_updated'],
  ],
);

/**
 * Parses a delivery, when it arrives or when it is retried. Errors are returned rather than thrown, because the delivery
 * is stored anyway. Transactions of other gateways are ignored unless their payments are captured.
 */
export function readContent(topic: string | null, body: string, fields: OrderWebhookOptions): WebhookContent {
  if (topic === 'order_transactions/create' && fields.capturePayments) return readTransaction(body);
  if (topic === 'refunds/create') return readRefund(body);
  if (topic === 'products/create' || topic === 'products/update') return readProduct(body);
  if (topic === 'orders/delete') return readDeletion(body);
  const kind = KIND_OF_TOPIC.get(topic ?? '');
  if (kind === undefined) return { kind: 'ignored', reason: `Nothing is done for ${topic ?? 'this topic'}.` };
  try {
    const parsed = parseJson(body);
    // Nothing else is checked for an order of another method: it is not opened, whatever is wrong with it.
    const reason = kind === 'new_order' ? reasonNotOurs(readBody(parsed), fields.paymentMethods) : undefined;
    if (reason !== undefined) return { kind: 'ignored', reason };
    const order = parseOrderWebhook(parsed, fields);
    // The topic is in a header, which the shop does not sign, so it must not add anything to the body; and no order is
    // cancelled when it is created, whatever Shopify's own sample of orders/create says.
    const isCancelledInShop = order.isCancelledInShop && kind !== 'new_order';
    return { kind, order: { ...order, isCancelledInShop } };
  } catch (error) {
    return unusable('order', error);
  }
}

/** The body of orders/delete has only the order's id. */
function readDeletion(body: string): WebhookContent {
  try {
    return { kind: 'order_deleted', orderId: readField(readBody(parseJson(body)), 'id', idSchema) };
  } catch (error) {
    return unusable('order', error);
  }
}

function readTransaction(body: string): WebhookContent {
  try {
    const news = parseTransactionWebhook(parseJson(body));
    return news.kind === 'other' ? { kind: 'ignored', reason: news.reason } : news;
  } catch (error) {
    return unusable('transaction', error);
  }
}

function readRefund(body: string): WebhookContent {
  try {
    const found = parseRefundWebhook(parseJson(body));
    return found.kind === 'other' ? { kind: 'ignored', reason: found.reason } : found;
  } catch (error) {
    return unusable('refund', error);
  }
}

function readProduct(body: string): WebhookContent {
  try {
    return { kind: 'product_updated', productId: parseProductWebhook(parseJson(body)) };
  } catch (error) {
    return unusable('product', error);
  }
}

function unusable(what: string, error: unknown): WebhookContent {
  if (!(error instanceof WebhookContentError || error instanceof JsonError)) throw error;
  return { kind: 'unusable', reason: `The ${what} could not be read: ${error.message}` };
}
