import { stringify } from 'lossless-json';
import * as z from 'zod';
import { isStorable } from '#platform/storable-text.ts';
import type { ShopOrder } from '#shops/shop-connector.ts';
import { type PriceField, readTariPart } from '#shops/shopify/order-price.ts';
import { reasonNotOurs } from '#shops/shopify/payment-methods.ts';
import { currencySchema, expected, idSchema, nameSchema, OBJECT, readBody, readFields, timeSchema } from './fields.ts';

/** The topics that this server knows; others are answered and ignored. */
export const TOPICS = [
  'orders/create',
  'orders/updated',
  'orders/cancelled',
  'orders/paid',
  'orders/delete',
  'refunds/create',
  'products/create',
  'products/update',
  'order_transactions/create',
] as const;

export type Topic = (typeof TOPICS)[number];

export function isTopic(text: string): text is Topic {
  return (TOPICS as readonly string[]).includes(text);
}

export { WebhookContentError } from './fields.ts';

/** The values of `financial_status` of orders whose money the shop has or had. */
const STATUSES_OF_PAID_ORDERS: ReadonlySet<string> = new Set(['paid', 'partially_refunded', 'refunded']);

const financialStatusSchema = z.string().max(50).nullish();

/** How orders of the shop are read. */
export interface OrderWebhookOptions {
  /** Which field holds the price to be paid (TPG_SHOPIFY_PRICE_FIELD). */
  priceField: PriceField;
  /** Whether money held by other gateways is captured (TPG_SHOPIFY_CAPTURE_PAYMENTS); false by default. */
  capturePayments?: boolean | undefined;
  /** The names of the shop's payment methods that are ours (TPG_SHOPIFY_PAYMENT_METHOD); all by default. */
  paymentMethods?: readonly string[] | null | undefined;
}

/**
 * Reads the body of a webhook about an order (orders/create, orders/updated and their kin).
 *
 * @param body parsed without loss: integers past 2^53 are bigint. Fields not needed here are not looked at.
 * @throws {WebhookContentError}
 */
export function parseOrderWebhook(body: unknown, options: OrderWebhookOptions): ShopOrder {
  const order = readBody(body);
  const fields = readFields<OrderFields>(order, orderSchema);
  const { isTakenByOthers, ...part } = readTariPart(order, fields, options.priceField);
  const notOurs = reasonNotOurs(order, options.paymentMethods);
  const memo = fields.note ?? null;
  return {
    orderId: fields.id,
    altId: fields.name ?? null,
    // A buyer without an account is no customer of the shop; each such order gets a customer of its own.
    customerId: fields.customer?.id ?? `guest:${fields.id}`,
    memo,
    claimTexts: [...(memo === null ? [] : [memo]), ...attributeTexts(fields.note_attributes ?? [])],
    ...part,
    isPaidInShop: isTakenByOthers || STATUSES_OF_PAID_ORDERS.has(fields.financial_status ?? ''),
    isCancelledInShop: (fields.cancelled_at ?? null) !== null,
    confirmationNumber: fields.confirmation_number ?? null,
    customerLocale: fields.customer_locale ?? null,
    ...(notOurs !== undefined && { notOurs }),
    createdAt: fields.created_at,
    updatedAt: fields.updated_at ?? fields.created_at,
  };
}

const MAXIMUM_TEXT_BYTES = 64 * 1024;
const MAXIMUM_NOTE_ATTRIBUTES = 1000;

const NOTE = expected(`text of at most ${MAXIMUM_TEXT_BYTES} bytes without NUL`);
const noteSchema = z
  .string(NOTE)
  .refine((text) => Buffer.byteLength(text) <= MAXIMUM_TEXT_BYTES, NOTE)
  .refine(isStorable, NOTE);
const optionalNoteSchema = noteSchema.nullish();

const optionalTimeSchema = timeSchema.nullish();

const optionalNameSchema = nameSchema.nullish();
/** Programs that make orders for the Rust server leave texts empty that Shopify always writes: that says nothing. */
const nothingIfEmpty = (value: unknown): unknown => (value === '' ? null : value);
const optionalCurrencySchema = z.preprocess(nothingIfEmpty, currencySchema.nullish());
/** An order that has not changed yet was last changed when it was made. */
const updatedAtSchema = z.preprocess(nothingIfEmpty, timeSchema.nullable());

const customerSchema = z.object({ id: idSchema }, OBJECT).nullish();

const ATTRIBUTES = expected(`a list of at most ${MAXIMUM_NOTE_ATTRIBUTES} attributes`);
/** Apps of a shop write anything into attributes, so a malformed one is no reason to refuse the order. */
const attributeSchema = z
  .object({ name: z.unknown().optional(), value: z.unknown().optional() })
  .catch({ name: null, value: null });
const attributesSchema = z.array(attributeSchema, ATTRIBUTES).max(MAXIMUM_NOTE_ATTRIBUTES, ATTRIBUTES).nullish();

/** A number not in Shopify's form, nine capitals and digits, is no reason to refuse the order: it gets a code of our own. */
const confirmationNumberSchema = z
  .string()
  .regex(/^[A-Za-z0-9]{6,64}$/)
  .nullish()
  .catch(null);
const localeSchema = z
  .string()
  .regex(/^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}$/)
  .nullish()
  .catch(null);

/** The fields of every order; the first invalid one is reported. */
const orderSchema = z.object({
  name: optionalNameSchema,
  id: idSchema,
  note: optionalNoteSchema,
  currency: currencySchema,
  presentment_currency: optionalCurrencySchema,
  financial_status: financialStatusSchema,
  customer: customerSchema,
  note_attributes: attributesSchema,
  confirmation_number: confirmationNumberSchema,
  customer_locale: localeSchema,
  cancelled_at: optionalTimeSchema,
  created_at: timeSchema,
  updated_at: updatedAtSchema,
});

type OrderFields = z.output<typeof orderSchema>;

/** The attributes of the cart as texts, those named `claim` first: that is where a shop's theme would put one. */
function attributeTexts(attributes: readonly z.output<typeof attributeSchema>[]): string[] {
  const isClaim = (name: unknown): boolean => typeof name === 'string' && name.toLowerCase() === 'claim';
  const claimsFirst = [
    ...attributes.filter((attribute) => isClaim(attribute.name)),
    ...attributes.filter((attribute) => !isClaim(attribute.name)),
  ];
  return claimsFirst.map((attribute) => attributeText(attribute.value)).filter((text) => text !== undefined);
}

/** A claim is text or an object; anything else, or anything too long, is ignored. */
function attributeText(value: unknown): string | undefined {
  const text = typeof value === 'string' ? value : objectText(value);
  return text === undefined || Buffer.byteLength(text) > MAXIMUM_TEXT_BYTES ? undefined : text;
}

function objectText(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  try {
    return stringify(value);
  } catch {
    // Nested so deeply that the stack overflowed; a claim is flat.
    return undefined;
  }
}
