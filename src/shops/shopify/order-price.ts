import Big from 'big.js';
import * as z from 'zod';
import {
  currencySchema,
  expected,
  type Fields,
  OBJECT,
  priceSchema,
  readField,
  WebhookContentError,
} from './webhooks/fields.ts';

/** Which price of the shop's order is to be paid (TPG_SHOPIFY_PRICE_FIELD). */
export type PriceField = 'total' | 'subtotal' | 'line_items';

/** The part of an order that is to be paid in Tari. */
export interface TariPart {
  /** Decimal text in `currency`. */
  price: string;
  currency: string;
  /** Whether other gateways have or hold the whole amount, so that nothing is left for Tari. */
  isTakenByOthers: boolean;
  /** `total_outstanding` as the shop wrote it, in its own currency; null if it is missing. */
  outstanding: string | null;
}

/** The fields that an order's price depends on and that are parsed with the rest of the order. */
export interface PricedOrder {
  currency: string;
  presentment_currency?: string | null | undefined;
  financial_status?: string | null | undefined;
}

/** How many line items of an order are summed. */
const MAX_LINE_ITEMS = 5000;

/**
 * The part of the order that is to be paid in Tari: the amount due now by the price field, and at most the amount that the
 * shop still lacks (`total_outstanding`, which excludes paid and authorized money), so that money of a gift card or another
 * gateway is not charged again. Line items are priced before discounts, so discounts count as lacking too: a shop may
 * discount all of them for customers who pay in Tari, and let a card pay the remaining shipping. Outstanding amounts and
 * discounts are only available in the shop's currency, and so is a price that they have lowered.
 * @throws {WebhookContentError}
 */
export function readTariPart(order: Fields, fields: PricedOrder, priceField: PriceField): TariPart {
  const outstanding = readField(order, 'total_outstanding', outstandingSchema) ?? null;
  const whole = { ...readPrice(order, fields, priceField), isTakenByOthers: false, outstanding };
  const inShopsCurrency = readShopPrice(order, fields, priceField);
  if (outstanding === null || new Big(outstanding).gte(readTotal(order) ?? inShopsCurrency.price)) {
    return whereNothingShows(whole, fields);
  }
  const discounts = priceField === 'line_items' ? readDiscounts(order) : '0';
  const lacking = new Big(outstanding).plus(discounts);
  if (lacking.gte(inShopsCurrency.price)) return whole;
  const isTakenByOthers = lacking.lte(0);
  const price = isTakenByOthers ? '0' : lacking.toFixed();
  return { price, currency: inShopsCurrency.currency, isTakenByOthers, outstanding };
}

interface Price {
  price: string;
  currency: string;
}

const OUTSTANDING = expected('a decimal number as text');
/** Negative if the shop owes the customer. */
const outstandingSchema = z
  .string(OUTSTANDING)
  .regex(/^-?\d{1,20}(?:\.\d{1,18})?$/, OUTSTANDING)
  .nullish();

const optionalPriceSchema = priceSchema.nullish();

/** If the outstanding amount shows no money of other gateways, they usually have none. */
function whereNothingShows(whole: TariPart, { financial_status: status }: PricedOrder): TariPart {
  if (status === 'partially_paid') {
    throw new WebhookContentError(
      "A part of it is paid in the shop by other means, and the order's total_outstanding does not say what is left.",
    );
  }
  // If a card holds money that the outstanding amount does not show, it holds all of it.
  return { ...whole, isTakenByOthers: status === 'authorized' };
}

function readTotal(order: Fields): string | undefined {
  return readField(order, fieldDueNow(order, 'total_price'), optionalPriceSchema) ?? undefined;
}

function readDiscounts(order: Fields): string {
  return readField(order, fieldDueNow(order, 'total_discounts'), optionalPriceSchema) ?? '0';
}

/** Shopify's older fields have the values at the time of the order; the values after edits are in `current_…`. */
function fieldDueNow(order: Fields, field: string): string {
  const current = `current_${field}`;
  return isGiven(order[current]) || isGiven(order[`${current}_set`]) ? current : field;
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function readShopPrice(order: Fields, { currency }: PricedOrder, priceField: PriceField): Price {
  if (priceField === 'line_items') return sumLineItems(order, currency, false);
  return { price: readShopAmount(order, fieldDueNow(order, `${priceField}_price`)), currency };
}

/** An amount in the shop's currency: the field itself, or its set if it is missing. */
function readShopAmount(order: Fields, field: string): string {
  const inShop = isGiven(order[field]) ? undefined : readField(order, `${field}_set`, moneySetSchema)?.shop_money;
  return inShop?.amount ?? readField(order, field, priceSchema);
}

/**
 * The price that the buyer saw. An order has it twice: in the shop's currency (`currency`, `current_total_price`) and in
 * the buyer's (`presentment_currency`, `current_total_price_set.presentment_money`). If the two differ, the buyer's counts,
 * because it was agreed at the checkout and Shopify compares payments with it; bodies of older API versions without the
 * presentment price only have the shop's.
 */
function readPrice(order: Fields, fields: PricedOrder, priceField: PriceField): Price {
  const { currency } = fields;
  const inBuyersCurrency = (fields.presentment_currency ?? currency) !== currency;
  if (priceField === 'line_items') return sumLineItems(order, currency, inBuyersCurrency);
  const field = fieldDueNow(order, `${priceField}_price`);
  const presentment = inBuyersCurrency
    ? readField(order, `${field}_set`, moneySetSchema)?.presentment_money
    : undefined;
  if (presentment) return { price: presentment.amount, currency: presentment.currency_code };
  return { price: readShopAmount(order, field), currency };
}

const moneySchema = z.object({ amount: priceSchema, currency_code: currencySchema }, OBJECT);
const moneySetSchema = z
  .object({ shop_money: moneySchema.nullish(), presentment_money: moneySchema.nullish() }, OBJECT)
  .nullish();

const LINE_ITEMS = expected(`a list of 1 to ${MAX_LINE_ITEMS} line items`);
const QUANTITY = expected('a whole number from 0 to 1000000000');
const quantitySchema = z.int(QUANTITY).min(0, QUANTITY).max(1_000_000_000, QUANTITY);
const lineItemSchema = z
  .object(
    {
      price: priceSchema,
      price_set: z.object({ presentment_money: moneySchema.nullish() }, OBJECT).nullish(),
      /** The remaining quantity: a removed item stays in the list with 0. */
      current_quantity: quantitySchema.nullish(),
      quantity: quantitySchema.nullish(),
    },
    OBJECT,
  )
  .refine(({ current_quantity, quantity }) => isGiven(current_quantity ?? quantity), {
    path: ['quantity'],
    error: 'is missing',
  })
  .transform((item) => ({ ...item, quantity: item.current_quantity ?? item.quantity ?? 0 }));
const lineItemsSchema = z.array(lineItemSchema, LINE_ITEMS).min(1, LINE_ITEMS).max(MAX_LINE_ITEMS, LINE_ITEMS);

/** The exact sum of price times quantity, without shipping, taxes and discounts, as this setting is defined. */
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
