import Big from 'big.js';
import { stringify } from 'lossless-json';
import * as z from 'zod';
import type { ShopOrder } from '../engine/storefront.ts';
import { isStorable, isStorableTime } from '../storable-text.ts';

/** The topics that this server knows; others are answered and put by. */
export const TOPICS = [
  'orders/create',
  'orders/updated',
  'orders/cancelled',
  'orders/paid',
  'refunds/create',
  'products/create',
  'products/update',
  'order_transactions/create',
] as const;

export type Topic = (typeof TOPICS)[number];

export function isTopic(text: string): text is Topic {
  return (TOPICS as readonly string[]).includes(text);
}

/** A webhook's body that can't be used; the message is one sentence that names the field and what is wrong with it. */
export class WebhookContentError extends Error {
  override readonly name = 'WebhookContentError';
}

/** What `financial_status` says of an order whose money the shop has, or had. */
const STATUSES_OF_PAID_ORDERS: ReadonlySet<string> = new Set(['paid', 'partially_refunded', 'refunded']);

const financialStatusSchema = z.string().max(50).nullish();

export interface OrderWebhookOptions {
  /** Which field identifies orders here (TPG_SHOPIFY_ORDER_ID_FIELD). */
  orderIdField: 'id' | 'name';
  /** Which field holds the price to be paid (TPG_SHOPIFY_PRICE_FIELD). */
  priceField: 'total' | 'subtotal' | 'line_items';
  /** Whether other gateways may take a part of an order (TPG_SHOPIFY_CAPTURE_PAYMENTS); false where it is left out. */
  capturePayments?: boolean | undefined;
}

/**
 * Reads the body of a webhook about an order (orders/create, orders/updated and their kin).
 *
 * @param body parsed without loss: integers past 2^53 are bigint. Fields not needed here are not looked at.
 * @throws {WebhookContentError}
 */
export function parseOrderWebhook(body: unknown, options: OrderWebhookOptions): ShopOrder {
  const order = readBody(body);
  const fields = readFields<OrderFields>(order, ORDER_SCHEMAS[options.orderIdField]);
  const { price, currency, isTakenByOthers } = readTariPart(order, fields, options);
  const orderId = 'id' in fields ? fields.id : fields.name;
  const memo = fields.note ?? null;
  return {
    orderId,
    altId: fields.name ?? null,
    // Someone who bought without an account has no customer in the shop; each such order stands for itself.
    customerId: fields.customer?.id ?? `guest:${orderId}`,
    memo,
    claimTexts: [...(memo === null ? [] : [memo]), ...attributeTexts(fields.note_attributes ?? [])],
    price,
    currency,
    isPaidInShop: isTakenByOthers || STATUSES_OF_PAID_ORDERS.has(fields.financial_status ?? ''),
    isCancelledInShop: (fields.cancelled_at ?? null) !== null,
    createdAt: fields.created_at,
    updatedAt: fields.updated_at,
  };
}

const MAXIMUM_ID_LENGTH = 255;
const MAXIMUM_ID = 10n ** BigInt(MAXIMUM_ID_LENGTH) - 1n;
const MAXIMUM_TEXT_BYTES = 64 * 1024;
const MAXIMUM_NOTE_ATTRIBUTES = 1000;
const MAXIMUM_LINE_ITEMS = 5000;

/** Says for a missing field that it is missing, and for any other what it has to be. */
export function expected(what: string) {
  return {
    error: (issue: { input?: unknown }): string =>
      issue.input === undefined || issue.input === null ? 'is missing' : `has to be ${what}`,
  };
}

const ID_TEXT = expected(`text of 1 to ${MAXIMUM_ID_LENGTH} characters`);
export const nameSchema = z.string(ID_TEXT).min(1, ID_TEXT).max(MAXIMUM_ID_LENGTH, ID_TEXT).refine(isStorable, ID_TEXT);
const optionalNameSchema = nameSchema.nullish();

const SHOP_ID = expected(`a positive whole number or text of 1 to ${MAXIMUM_ID_LENGTH} characters`);
/** `z.int()` refuses what a double can't hold exactly: such a number was rounded on its way here and names another order. */
export const idSchema = z
  .union([z.int(SHOP_ID).positive(SHOP_ID), nameSchema, z.bigint().positive(SHOP_ID).max(MAXIMUM_ID, SHOP_ID)], SHOP_ID)
  .transform(String);

const NOTE = expected(`text of at most ${MAXIMUM_TEXT_BYTES} bytes without NUL`);
const noteSchema = z
  .string(NOTE)
  .refine((text) => Buffer.byteLength(text) <= MAXIMUM_TEXT_BYTES, NOTE)
  .refine(isStorable, NOTE);
const optionalNoteSchema = noteSchema.nullish();

const TIME = expected('an RFC 3339 time with its offset');
const YEARS = expected('a time of the years 1 to 9999');
const timeSchema = z.iso
  .datetime({ offset: true, ...TIME })
  .transform((text) => new Date(text))
  .refine(isStorableTime, YEARS);
const optionalTimeSchema = timeSchema.nullish();

const PRICE = expected('a decimal number as text, not below zero');
/** The bounds leave room for every price there is, and keep sums of them short. */
export const priceSchema = z.string(PRICE).regex(/^\d{1,20}(?:\.\d{1,18})?$/, PRICE);

const CURRENCY = expected('a currency code of 1 to 16 letters and digits');
export const currencySchema = z.string(CURRENCY).regex(/^[A-Za-z0-9]{1,16}$/, CURRENCY);
const optionalCurrencySchema = currencySchema.nullish();

const OBJECT = expected('an object');

export type Fields = Readonly<Record<string, unknown>>;

/** @throws {WebhookContentError} */
export function readBody(body: unknown): Fields {
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Fields;
  throw new WebhookContentError("The webhook's body is not a JSON object.");
}

/** @throws {WebhookContentError} */
export function readField<T>(fields: Fields, field: string, schema: z.ZodType<T>, owner = 'order'): T {
  const parsed = schema.safeParse(fields[field]);
  if (parsed.success) return parsed.data;
  throw unusable(parsed.error, owner, [field]);
}

/** Reads many fields in a third of the time that one after another takes. @throws {WebhookContentError} */
function readFields<T>(fields: Fields, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(fields);
  if (parsed.success) return parsed.data;
  throw unusable(parsed.error, 'order', []);
}

function unusable({ issues: [issue] }: z.ZodError, owner: string, within: readonly string[]): WebhookContentError {
  const path = [...within, ...(issue?.path ?? [])].join('.');
  return new WebhookContentError(`The ${owner}'s ${path} ${issue?.message ?? 'is not usable'}.`);
}

const customerSchema = z.object({ id: idSchema }, OBJECT).nullish();

const ATTRIBUTES = expected(`a list of at most ${MAXIMUM_NOTE_ATTRIBUTES} attributes`);
/** Apps of a shop write what they like into attributes: one of an odd form is no reason to refuse the order. */
const attributeSchema = z
  .object({ name: z.unknown().optional(), value: z.unknown().optional() })
  .catch({ name: null, value: null });
const attributesSchema = z.array(attributeSchema, ATTRIBUTES).max(MAXIMUM_NOTE_ATTRIBUTES, ATTRIBUTES).nullish();

/** What is read of every order, the first that is wrong first. */
const EVERY_ORDER = {
  note: optionalNoteSchema,
  currency: currencySchema,
  presentment_currency: optionalCurrencySchema,
  financial_status: financialStatusSchema,
  customer: customerSchema,
  note_attributes: attributesSchema,
  cancelled_at: optionalTimeSchema,
  created_at: timeSchema,
  updated_at: timeSchema,
};

const ORDER_SCHEMAS = {
  id: z.object({ name: optionalNameSchema, id: idSchema, ...EVERY_ORDER }),
  name: z.object({ name: nameSchema, ...EVERY_ORDER }),
};

type OrderFields = z.output<(typeof ORDER_SCHEMAS)['id' | 'name']>;

/** The attributes of the cart as texts, those named `claim` first: that is where a shop's theme would put one. */
function attributeTexts(attributes: readonly z.output<typeof attributeSchema>[]): string[] {
  const isClaim = (name: unknown): boolean => typeof name === 'string' && name.toLowerCase() === 'claim';
  const claimsFirst = [
    ...attributes.filter((attribute) => isClaim(attribute.name)),
    ...attributes.filter((attribute) => !isClaim(attribute.name)),
  ];
  return claimsFirst.map((attribute) => attributeText(attribute.value)).filter((text) => text !== undefined);
}

/** A claim is text or an object; what is neither, or too long for one, is passed over. */
function attributeText(value: unknown): string | undefined {
  const text = typeof value === 'string' ? value : objectText(value);
  return text === undefined || Buffer.byteLength(text) > MAXIMUM_TEXT_BYTES ? undefined : text;
}

function objectText(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  try {
    return stringify(value);
  } catch {
    // Nested so deeply that the stack gave out; a claim is flat.
    return undefined;
  }
}

interface Price {
  price: string;
  currency: string;
}

const OUTSTANDING = expected('a decimal number as text');
/** Below zero where the shop owes the customer. */
const outstandingSchema = z
  .string(OUTSTANDING)
  .regex(/^-?\d{1,20}(?:\.\d{1,18})?$/, OUTSTANDING)
  .nullish();

const optionalPriceSchema = priceSchema.nullish();

/**
 * What of the order is to be paid in Tari. Where other gateways may take a part, that is no more than what the shop
 * still lacks: `total_outstanding`, which leaves out what is paid and what is authorized. Line items are priced before
 * discounts, so that what was discounted counts as lacking too: a shop may discount all of them for whoever pays in
 * Tari, and let a card pay the shipping that is left. Both are told in the shop's currency alone.
 */
function readTariPart(
  order: Fields,
  fields: OrderFields,
  { priceField, capturePayments }: OrderWebhookOptions,
): Price & { isTakenByOthers: boolean } {
  const whole = { ...readPrice(order, fields, priceField), isTakenByOthers: false };
  if (!capturePayments) return whole;
  const outstanding = readField(order, 'total_outstanding', outstandingSchema) ?? null;
  const discounts = priceField === 'line_items' ? readField(order, 'total_discounts', optionalPriceSchema) : null;
  const inShopsCurrency = readShopPrice(order, fields, priceField);
  if (outstanding === null) return whole;
  const lacking = new Big(outstanding).plus(discounts ?? '0');
  if (lacking.gte(inShopsCurrency.price)) return whole;
  const isTakenByOthers = lacking.lte(0);
  return { price: isTakenByOthers ? '0' : lacking.toFixed(), currency: inShopsCurrency.currency, isTakenByOthers };
}

type PriceField = OrderWebhookOptions['priceField'];

function readShopPrice(order: Fields, { currency }: OrderFields, priceField: PriceField): Price {
  if (priceField === 'line_items') return sumLineItems(order, currency, false);
  return { price: readField(order, `${priceField}_price`, priceSchema), currency };
}

/**
 * The price that the buyer saw. An order has it twice: in the shop's currency (`currency`, `total_price`) and in the
 * buyer's (`presentment_currency`, `total_price_set.presentment_money`). Where the two differ the buyer's counts,
 * because it is what was agreed at the checkout and what Shopify compares a payment with; bodies without the
 * presentment price, as older versions of the API send them, leave only the shop's.
 */
function readPrice(order: Fields, fields: OrderFields, priceField: PriceField): Price {
  const { currency } = fields;
  const inBuyersCurrency = (fields.presentment_currency ?? currency) !== currency;
  if (priceField === 'line_items') return sumLineItems(order, currency, inBuyersCurrency);
  const field = `${priceField}_price`;
  const presentment = inBuyersCurrency
    ? readField(order, `${field}_set`, moneySetSchema)?.presentment_money
    : undefined;
  if (presentment) return { price: presentment.amount, currency: presentment.currency_code };
  return { price: readField(order, field, priceSchema), currency };
}

const moneySchema = z.object({ amount: priceSchema, currency_code: currencySchema }, OBJECT);
const moneySetSchema = z.object({ presentment_money: moneySchema.nullish() }, OBJECT).nullish();

const LINE_ITEMS = expected(`a list of 1 to ${MAXIMUM_LINE_ITEMS} line items`);
const QUANTITY = expected('a whole number from 0 to 1000000000');
const lineItemSchema = z.object(
  {
    price: priceSchema,
    price_set: moneySetSchema,
    quantity: z.int(QUANTITY).min(0, QUANTITY).max(1_000_000_000, QUANTITY),
  },
  OBJECT,
);
const lineItemsSchema = z.array(lineItemSchema, LINE_ITEMS).min(1, LINE_ITEMS).max(MAXIMUM_LINE_ITEMS, LINE_ITEMS);

/** The sum of price times quantity, exactly; shipping, taxes and discounts are left out, as this setting means. */
function sumLineItems(order: Fields, currency: string, inBuyersCurrency: boolean): Price {
  const items = readField(order, 'line_items', lineItemsSchema);
  const buyersPrices = items.map((item) => item.price_set?.presentment_money);
  const buyersCurrency = buyersPrices[0]?.currency_code;
  // One sum has one currency, so the buyer's counts only when every item has its price in it.
  const allInBuyersCurrency = buyersPrices.every((money) => money && money.currency_code === buyersCurrency);
  const useBuyers = inBuyersCurrency && buyersCurrency !== undefined && allInBuyersCurrency;
  const total = items.reduce(
    (sum, item, index) =>
      sum.plus(new Big(useBuyers ? (buyersPrices[index]?.amount ?? '0') : item.price).times(item.quantity)),
    new Big(0),
  );
  return { price: total.toFixed(), currency: useBuyers ? buyersCurrency : currency };
}

/** What the headers of a webhook say; null where one is absent or not of its documented form. */
export interface WebhookHeaders {
  /** Such as `orders/create`; see `isTopic`. */
  topic: string | null;
  /** The same over repeats of one delivery: by this a repeat is recognised. */
  webhookId: string | null;
  /** Shared by all deliveries of one action in the shop, so never a sign of a repeat. */
  eventId: string | null;
  /** When the shop made the delivery: for its age, not for the order of news, which `updatedAt` of the body tells. */
  triggeredAt: Date | null;
  apiVersion: string | null;
  /** In lower case. */
  shopDomain: string | null;
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

const HEADER_ID = /^[\x21-\x7e]{1,255}$/;
const HEADER_TOPIC = /^[a-z0-9_.]{1,64}\/[a-z0-9_]{1,64}$/;
const HEADER_VERSION = /^(?:\d{4}-\d{2}|unstable)$/;
const HEADER_DOMAIN = /^(?=.{1,255}$)[a-z0-9][a-z0-9-]*\.myshopify\.com$/;
const headerTimeSchema = z.string().max(64).pipe(timeSchema);

/** Reads the X-Shopify headers. @param headers with names in lower case, as Node.js gives them. */
export function webhookHeaders(headers: Headers): WebhookHeaders {
  return {
    topic: readHeader(headers, 'x-shopify-topic', HEADER_TOPIC),
    webhookId: readHeader(headers, 'x-shopify-webhook-id', HEADER_ID),
    eventId: readHeader(headers, 'x-shopify-event-id', HEADER_ID),
    triggeredAt: readTime(headers['x-shopify-triggered-at']),
    apiVersion: readHeader(headers, 'x-shopify-api-version', HEADER_VERSION),
    shopDomain: shopDomainIn(headers),
  };
}

/** The shop that sent a webhook, in lower case; null where the headers do not say it in its documented form. */
export function shopDomainIn(headers: Headers): string | null {
  const domain = headers['x-shopify-shop-domain'];
  const inLowerCase = typeof domain === 'string' ? domain.toLowerCase() : '';
  return HEADER_DOMAIN.test(inLowerCase) ? inLowerCase : null;
}

function readTime(header: Headers[string]): Date | null {
  return header === undefined ? null : (headerTimeSchema.safeParse(header).data ?? null);
}

function readHeader(headers: Headers, name: string, form: RegExp): string | null {
  const header = headers[name];
  return typeof header === 'string' && form.test(header) ? header : null;
}
