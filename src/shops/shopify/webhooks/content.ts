import { JsonError, parseJson } from '#platform/json.ts';
import { reasonNotOurs } from '#shops/shopify/payment-methods.ts';
import type { WebhookContent } from '#shops/webhook-content.ts';
import { idSchema, readBody, readField, WebhookContentError } from './fields.ts';
import { type OrderWebhookOptions, parseOrderWebhook, type Topic } from './order.ts';
import { parseProductWebhook } from './product.ts';
import { parseTransactionWebhook } from './transaction.ts';

/** The topics that concern us. Only orders/create opens an order: shops tell of changes to orders of every kind. */
const KIND_OF_TOPIC: ReadonlyMap<string, 'new_order' | 'order_news'> = new Map<Topic, 'new_order' | 'order_news'>([
  ['orders/create', 'new_order'],
  ['orders/updated', 'order_news'],
  ['orders/paid', 'order_news'],
  ['orders/cancelled', 'order_news'],
]);

/**
 * Reads what a delivery says, now or when it was kept and is taken up again. Whatever is wrong with it is said rather
 * than thrown: it is kept all the same. Transactions of other gateways are put by where their payments are not captured.
 */
export function readContent(topic: string | null, body: string, fields: OrderWebhookOptions): WebhookContent {
  if (topic === 'order_transactions/create' && fields.capturePayments) return readTransaction(body);
  if (topic === 'products/create' || topic === 'products/update') return readProduct(body);
  if (topic === 'orders/delete') return readDeletion(body);
  const kind = KIND_OF_TOPIC.get(topic ?? '');
  if (kind === undefined) return { kind: 'ignored', reason: `Nothing is done for ${topic ?? 'this topic'}.` };
  try {
    const parsed = parseJson(body);
    // Nothing else of an order of another method is looked at: it opens nothing, whatever is wrong with it.
    const reason = kind === 'new_order' ? reasonNotOurs(readBody(parsed), fields.paymentMethods) : undefined;
    if (reason !== undefined) return { kind: 'ignored', reason };
    const order = parseOrderWebhook(parsed, fields);
    // The topic stands in a header, which the shop does not sign. So what the body does not say, it does not add; and no
    // order is cancelled when it is made, whatever Shopify's own sample of orders/create says.
    const isCancelledInShop = order.isCancelledInShop && kind !== 'new_order';
    return { kind, order: { ...order, isCancelledInShop } };
  } catch (error) {
    return unusable('order', error);
  }
}

/** The body of orders/delete is the order's id and nothing else. */
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

function readProduct(body: string): WebhookContent {
  try {
    return { kind: 'product_news', productId: parseProductWebhook(parseJson(body)) };
  } catch (error) {
    return unusable('product', error);
  }
}

function unusable(what: string, error: unknown): WebhookContent {
  if (!(error instanceof WebhookContentError || error instanceof JsonError)) throw error;
  return { kind: 'unusable', reason: `The ${what} could not be read: ${error.message}` };
}
