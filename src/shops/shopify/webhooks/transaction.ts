import * as z from 'zod';
import type { ShopAuthorization } from '#shops/shop-connector.ts';
import { currencySchema, expected, idSchema, nameSchema, priceSchema, readBody, readField } from './fields.ts';

/** The content of a webhook of the topic order_transactions/create. */
export type TransactionContent =
  | { kind: 'authorization'; authorization: ShopAuthorization }
  /** The reason is a sentence. */
  | { kind: 'other'; reason: string };

const WORD = expected('text of 1 to 50 characters');
const wordSchema = z.string(WORD).min(1, WORD).max(50, WORD).toLowerCase();

/** Kinds of transactions that hold money without capturing it. The second is that of card readers. */
const KINDS_OF_AUTHORIZATIONS: ReadonlySet<string> = new Set(['authorization', 'emv_authorization']);

/**
 * Parses the body of a webhook about a transaction of an order. It has only Shopify's id of the order.
 * @param body parsed without loss: integers past 2^53 are bigint.
 * @throws {WebhookContentError}
 */
export function parseTransactionWebhook(body: unknown): TransactionContent {
  const transaction = readBody(body);
  const read = <T>(field: string, schema: z.ZodType<T>): T => readField(transaction, field, schema, 'transaction');
  const kind = read('kind', wordSchema);
  const status = read('status', wordSchema);
  if (!KINDS_OF_AUTHORIZATIONS.has(kind)) {
    return { kind: 'other', reason: `Nothing is done for a transaction of the kind ${kind}.` };
  }
  if (status !== 'success') {
    return { kind: 'other', reason: `The authorization holds no money: its status is ${status}.` };
  }
  return {
    kind: 'authorization',
    authorization: {
      transactionId: read('id', idSchema),
      orderId: read('order_id', idSchema),
      gateway: read('gateway', nameSchema.nullish()) ?? null,
      amount: read('amount', priceSchema),
      currency: read('currency', currencySchema),
    },
  };
}
