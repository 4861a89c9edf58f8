import * as z from 'zod';
import { ShopError } from '#shops/shop-connector.ts';
import type { AdminClient } from './admin-api/client.ts';
import { READ_LINE_ITEMS } from './admin-api/operations.ts';
import { type PriceField, readTariPart, type TariPart } from './order-price.ts';
import { readBody } from './webhooks/fields.ts';

/** The amount due for an order now, from the Admin API, by the same rules as for a webhook's body. */

/** Pages of line items read per order: 2500 items. */
const MAX_ITEM_PAGES = 100;

export const moneySchema = z.object({
  amount: z.string().regex(/^-?\d{1,20}(?:\.\d{1,18})?$/),
  currencyCode: z.string().max(16),
});
export const moneyBagSchema = z.object({ shopMoney: moneySchema, presentmentMoney: moneySchema });
export type MoneyBag = z.infer<typeof moneyBagSchema>;

export const pageInfoSchema = z.object({ hasNextPage: z.boolean(), endCursor: z.string().max(2048).nullable() });

const shopMoneyOnlySchema = z.object({ shopMoney: moneySchema });

/** The amounts of an order after its edits. Subtotal and discounts are included if the price field needs them. */
export const orderPricesSchema = z.object({
  /** Null while the shop has not computed it. */
  displayFinancialStatus: z.string().max(64).nullable(),
  currencyCode: z.string().max(16),
  presentmentCurrencyCode: z.string().max(16),
  paymentGatewayNames: z.array(z.string()).max(250),
  currentTotalPriceSet: moneyBagSchema,
  currentSubtotalPriceSet: moneyBagSchema.optional(),
  currentTotalDiscountsSet: shopMoneyOnlySchema.optional(),
  totalOutstandingSet: shopMoneyOnlySchema,
});
export type OrderPrices = z.infer<typeof orderPricesSchema>;

const lineItemSchema = z.object({ currentQuantity: z.int(), originalUnitPriceSet: moneyBagSchema });
export type LineItem = z.infer<typeof lineItemSchema>;

/** The prices of an order in the form of webhooks. */
export function pricesInWebhook(prices: OrderPrices, lineItems: readonly LineItem[]) {
  return {
    currency: prices.currencyCode,
    presentment_currency: prices.presentmentCurrencyCode,
    financial_status: prices.displayFinancialStatus?.toLowerCase() ?? null,
    payment_gateway_names: prices.paymentGatewayNames,
    ...moneyOf('current_total_price', prices.currentTotalPriceSet),
    ...(prices.currentSubtotalPriceSet && moneyOf('current_subtotal_price', prices.currentSubtotalPriceSet)),
    current_total_discounts: prices.currentTotalDiscountsSet?.shopMoney.amount,
    total_outstanding: prices.totalOutstandingSet.shopMoney.amount,
    line_items: lineItems.map((item) => ({
      current_quantity: item.currentQuantity,
      ...moneyOf('price', item.originalUnitPriceSet),
    })),
  };
}

function moneyOf(field: string, { shopMoney, presentmentMoney }: MoneyBag): Record<string, unknown> {
  const presentment = { amount: presentmentMoney.amount, currency_code: presentmentMoney.currencyCode };
  return { [field]: shopMoney.amount, [`${field}_set`]: { presentment_money: presentment } };
}

/**
 * The part of the order that is to be paid in Tari now, by the price field.
 * @throws {ShopError}; {WebhookContentError} if the shop's data is not a price.
 */
export async function readDueNow(
  client: AdminClient,
  order: OrderPrices & { id: string },
  priceField: PriceField,
  signal: AbortSignal | undefined,
): Promise<TariPart> {
  const lineItems = priceField === 'line_items' ? await readLineItems(client, order.id, signal) : [];
  // The outstanding amount is what would be recorded, whatever the status says.
  const prices = { ...pricesInWebhook(order, lineItems), financial_status: null };
  return readTariPart(readBody(prices), prices, priceField);
}

const lineItemsSchema = z.object({
  order: z.object({ lineItems: z.object({ nodes: z.array(lineItemSchema), pageInfo: pageInfoSchema }) }).nullable(),
});

/** Fetched separately and only if they make up the price: for a whole page of orders they would cost too much. */
export async function readLineItems(
  client: AdminClient,
  gid: string,
  signal: AbortSignal | undefined,
): Promise<LineItem[]> {
  const items: LineItem[] = [];
  let after: string | null = null;
  for (let page = 0; page < MAX_ITEM_PAGES; page += 1) {
    const data: z.infer<typeof lineItemsSchema> = await client.request(
      READ_LINE_ITEMS,
      { id: gid, after },
      lineItemsSchema,
      { signal },
    );
    // An order that has been deleted meanwhile has no items, and so no price that could be read.
    if (data.order === null) return [];
    items.push(...data.order.lineItems.nodes);
    if (!data.order.lineItems.pageInfo.hasNextPage) return items;
    after = data.order.lineItems.pageInfo.endCursor;
  }
  throw new ShopError(`The order ${gid} has more line items than are read.`, { retryable: false });
}
