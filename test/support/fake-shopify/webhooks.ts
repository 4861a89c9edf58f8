import { createHmac, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { stringify } from 'lossless-json';
import {
  currentOf,
  gatewayNamesOf,
  inShopsCurrency,
  outstandingOf,
  presentmentOf,
  type StandInOrder,
  subtotalOf,
  type Transaction,
  transactionGid,
  unsettledOf,
} from './orders.ts';
import { refundGid, type StandInRefund } from './refunds.ts';

/** Shopify's documented sample of orders/create. */
const SAMPLE: Record<string, unknown> & { line_items: object[]; customer: object } = withRealIds(
  JSON.parse(sampleBody('orders-create')),
);

/** The text of a sample in test/vectors/shopify, with ids past 2^53. */
export function sampleBody(name: 'orders-create' | 'order-transactions-create' | 'refunds-create'): string {
  return readFileSync(new URL(`../../vectors/shopify/${name}.json`, import.meta.url), 'utf8');
}

/** The sample's ids pass 2^53, and reading them rounds them; those of real shops have 13 digits. */
function withRealIds<Value>(value: Value): Value {
  if (typeof value === 'number' && !Number.isSafeInteger(value) && Number.isInteger(value)) {
    return Number(String(value).slice(0, 13)) as Value;
  }
  if (Array.isArray(value)) return value.map(withRealIds) as Value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withRealIds(inner)])) as Value;
}

/** The body of a webhook about the order, of about 9 KB, in Shopify's form: ids unrounded, times with the store's offset. */
export function webhookBody(order: StandInOrder): string {
  const id = BigInt(order.id);
  const customer = order.customerId === null ? null : customerOf(order.customerId);
  const current = currentOf(order);
  const money = (price: string) => ({
    shop_money: { amount: price, currency_code: order.currency },
    presentment_money: { amount: presentmentOf(order, price), currency_code: order.presentment.currency },
  });
  return (
    stringify({
      ...SAMPLE,
      id,
      admin_graphql_api_id: order.gid,
      name: order.name,
      note: order.note,
      note_attributes: order.noteAttributes,
      confirmation_number: order.confirmationNumber,
      customer_locale: order.customerLocale,
      customer,
      currency: order.currency,
      presentment_currency: order.presentment.currency,
      total_price: order.price,
      total_price_set: money(order.price),
      total_line_items_price: subtotalOf(order),
      current_total_price: current.price,
      current_total_price_set: money(current.price),
      subtotal_price: subtotalOf(order),
      subtotal_price_set: money(subtotalOf(order)),
      current_subtotal_price: current.subtotal,
      current_subtotal_price_set: money(current.subtotal),
      total_outstanding: inShopsCurrency(order, outstandingOf(order)),
      total_discounts: order.discounts,
      total_discounts_set: money(order.discounts),
      current_total_discounts: current.discounts,
      current_total_discounts_set: money(current.discounts),
      line_items: lineItemsOf(order, money),
      financial_status: order.financialStatus.toLowerCase(),
      cancel_reason: order.cancelledAt === null ? null : 'other',
      cancelled_at: order.cancelledAt === null ? null : withStoreOffset(order.cancelledAt),
      created_at: withStoreOffset(order.createdAt),
      processed_at: withStoreOffset(order.createdAt),
      updated_at: withStoreOffset(order.updatedAt),
      payment_gateway_names: gatewayNamesOf(order),
    }) ?? ''
  );
}

/** Shopify's documented sample of order_transactions/create. */
const TRANSACTION_SAMPLE: Record<string, unknown> = JSON.parse(sampleBody('order-transactions-create'));

/** The body of a webhook about a transaction of the order: ids unrounded, amounts in the buyer's currency. */
export function transactionWebhookBody(order: StandInOrder, transaction: Transaction): string {
  const unsettled = transaction.kind === 'AUTHORIZATION' ? unsettledOf(order, transaction).toFixed(2) : '0.0';
  return (
    stringify({
      ...TRANSACTION_SAMPLE,
      id: BigInt(transaction.id),
      admin_graphql_api_id: transactionGid(transaction.id),
      order_id: BigInt(order.id),
      parent_id: transaction.parentId === null ? null : BigInt(transaction.parentId),
      kind: transaction.kind.toLowerCase(),
      status: transaction.status.toLowerCase(),
      gateway: transaction.gateway,
      manual_payment_gateway: transaction.isManual,
      amount: transaction.amount,
      currency: order.presentment.currency,
      total_unsettled_set: {
        presentment_money: { amount: unsettled, currency: order.presentment.currency },
        shop_money: { amount: inShopsCurrency(order, unsettled), currency: order.currency },
      },
      created_at: withStoreOffset(transaction.processedAt),
      processed_at: withStoreOffset(transaction.processedAt),
    }) ?? ''
  );
}

/** Shopify's documented sample of refunds/create, without what was returned. */
const REFUND_SAMPLE: Record<string, unknown> = JSON.parse(sampleBody('refunds-create'));
const REFUND_TRANSACTION_SAMPLE = (REFUND_SAMPLE.transactions as object[])[0];

/** The body of a webhook about a refund of the order. */
export function refundWebhookBody(order: StandInOrder, refund: StandInRefund): string {
  return (
    stringify({
      ...REFUND_SAMPLE,
      id: BigInt(refund.id),
      admin_graphql_api_id: refundGid(refund.id),
      order_id: BigInt(order.id),
      note: refund.note,
      created_at: withStoreOffset(refund.createdAt),
      processed_at: withStoreOffset(refund.createdAt),
      refund_line_items: [],
      transactions: refund.transactions.map((transaction) => ({
        ...REFUND_TRANSACTION_SAMPLE,
        id: BigInt(transaction.id),
        order_id: BigInt(order.id),
        gateway: transaction.gateway,
        manual_payment_gateway: transaction.isManual,
        amount: transaction.amount,
        currency: order.presentment.currency,
        parent_id: transaction.parentId === null ? null : BigInt(transaction.parentId),
      })),
    }) ?? ''
  );
}

function customerOf(customerId: string): object {
  const id = BigInt(customerId);
  return { ...SAMPLE.customer, id, admin_graphql_api_id: `gid://shopify/Customer/${customerId}` };
}

function lineItemsOf(order: StandInOrder, money: (price: string) => object): object[] {
  return order.lineItems.map((item, index) => ({
    ...SAMPLE.line_items[index % SAMPLE.line_items.length],
    id: BigInt(order.id) * 100n + BigInt(index),
    title: item.title,
    name: item.title,
    price: item.price,
    price_set: money(item.price),
    quantity: item.quantity,
    current_quantity: currentOf(order).quantities[index] ?? item.quantity,
  }));
}

/** Shopify writes whole seconds in the store's own offset; this store's is five hours behind. */
function withStoreOffset(time: Date): string {
  const shifted = new Date(time.getTime() - 5 * 3_600_000);
  return `${shifted.toISOString().slice(0, 19)}-05:00`;
}

/** The body of orders/delete, which is no more than this. */
export function deletionBody({ id }: Pick<StandInOrder, 'id'>): string {
  return `{"id":${id}}`;
}

/** The value of X-Shopify-Hmac-Sha256. */
export function signWebhook(body: string | Buffer, secret: string): string {
  return createHmac('sha256', secret).update(body).digest('base64');
}

function timeHeader(time: Date | string): string {
  return typeof time === 'string' ? time : time.toISOString();
}

export interface WebhookDelivery {
  secret: string;
  /** A fresh one unless told; the same again for a repeat. */
  webhookId?: string;
  /** `stand-in.myshopify.com` unless told. */
  shop?: string;
  triggeredAt?: Date | string;
  /** A test notification of the admin. */
  isTest?: boolean;
}

/** Sends a webhook with all headers that Shopify sends. */
export function sendWebhook(url: string, topic: string, body: string, delivery: WebhookDelivery): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      'x-shopify-topic': topic,
      'x-shopify-hmac-sha256': signWebhook(body, delivery.secret),
      'x-shopify-shop-domain': delivery.shop ?? 'stand-in.myshopify.com',
      'x-shopify-webhook-id': delivery.webhookId ?? randomUUID(),
      'x-shopify-event-id': randomUUID(),
      'x-shopify-triggered-at': timeHeader(delivery.triggeredAt ?? new Date()),
      'x-shopify-api-version': '2026-10',
      ...(delivery.isTest && { 'x-shopify-test': 'true' }),
    },
  });
}
