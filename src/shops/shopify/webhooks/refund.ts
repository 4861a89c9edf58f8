import Big from 'big.js';
import * as z from 'zod';
import type { ShopRefund } from '#shops/shop-connector.ts';
import { PAYMENT_METHOD_NAME } from '#shops/shopify/order-transactions.ts';
import { currencySchema, expected, idSchema, nameSchema, priceSchema, readBody, readField } from './fields.ts';

/** The content of a webhook of the topic refunds/create. */
export type RefundContent =
  | { kind: 'refund'; refund: ShopRefund }
  /** The reason is a sentence. */
  | { kind: 'other'; reason: string };

/** More transactions than a refund has. */
const MAX_TRANSACTIONS = 250;
const MAX_NOTE_LENGTH = 5_000;

/** Gateways by which money in Tari is recorded: ours, and the one of orderMarkAsPaid. */
const OUR_GATEWAYS: ReadonlySet<string> = new Set([PAYMENT_METHOD_NAME.toLowerCase(), 'manual']);

const LIST = expected('a list');
const transactionsSchema = z
  .array(
    z.object({
      kind: nameSchema,
      status: nameSchema,
      gateway: nameSchema.nullish(),
      manual_payment_gateway: z.boolean().nullish(),
      amount: priceSchema,
      currency: currencySchema.nullish(),
    }),
    LIST,
  )
  .max(MAX_TRANSACTIONS, LIST);

/**
 * Parses the body of a webhook about a refund. Only what was paid in Tari concerns us: the shop has given the rest back by
 * itself.
 * @param body parsed without loss: integers past 2^53 are bigint.
 * @throws {WebhookContentError}
 */
export function parseRefundWebhook(body: unknown): RefundContent {
  const refund = readBody(body);
  const read = <T>(field: string, schema: z.ZodType<T>): T => readField(refund, field, schema, 'refund');
  const ours = read('transactions', transactionsSchema).filter(
    ({ kind, status, gateway, manual_payment_gateway: isManual }) =>
      kind === 'refund' &&
      status === 'success' &&
      (isManual === true || OUR_GATEWAYS.has(gateway?.toLowerCase() ?? '')),
  );
  const amount = ours.reduce((sum, one) => sum.plus(one.amount), new Big(0));
  if (amount.eq(0)) return { kind: 'other', reason: 'The refund gives back nothing that was paid in Tari.' };
  const currencies = new Set(ours.map(({ currency }) => currency ?? null));
  const [currency = null] = currencies;
  if (currencies.size > 1)
    return { kind: 'other', reason: 'The refund is of several currencies: a person must look at it.' };
  return {
    kind: 'refund',
    refund: {
      shopRefundId: read('id', idSchema),
      orderId: read('order_id', idSchema),
      amount: amount.toFixed(),
      currency,
      note: read('note', z.string().max(MAX_NOTE_LENGTH).nullish()) ?? null,
    },
  };
}
