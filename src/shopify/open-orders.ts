import * as z from 'zod';
import type { Logger } from '../engine/log.ts';
import { type OpenOrder, StorefrontError } from '../engine/storefront.ts';
import type { AdminClient } from './admin-client.ts';
import { AdminApiError } from './admin-errors.ts';
import { READ_LINE_ITEMS, READ_OPEN_ORDERS } from './operations.ts';
import { type OrderWebhookOptions, parseOrderWebhook, WebhookContentError } from './webhooks.ts';

export interface OpenOrdersPorts {
  client: AdminClient;
  log: Logger;
  fields: OrderWebhookOptions;
}

/** Three thousand open orders. Whoever has more has other troubles, and a shop that pages for ever must not hold us. */
const MOST_PAGES = 60;
/** Pages of line items of one order: 2500 items. */
const MOST_ITEM_PAGES = 100;

/** Open, and not paid in full. The search knows no filter for orders that are to be paid in Tari. */
const OPEN_ORDERS = 'status:open AND (financial_status:pending OR financial_status:partially_paid)';
/** Where other gateways may take a part, an order of which that part is authorized is among them. */
const OPEN_OR_AUTHORIZED_ORDERS =
  'status:open AND (financial_status:pending OR financial_status:partially_paid OR financial_status:authorized)';

const CUSTOMER_UNKNOWN =
  'Its customer is not known, because our app in the shop lacks the scope read_customers; reassign the order if it needs one.';

/**
 * Reads the shop's open orders, oldest first, each as a webhook would have told of it.
 * @throws {StorefrontError} from the iteration.
 */
export async function* readOpenOrders(ports: OpenOrdersPorts, signal?: AbortSignal): AsyncGenerator<OpenOrder> {
  let after: string | null = null;
  let withCustomers = true;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const read: PageRead = await readPage(ports, { after, withCustomers }, signal);
    withCustomers = read.withCustomers;
    for (const node of read.orders.nodes) yield await openOrderOf(ports, node, withCustomers, signal);
    const { hasNextPage, endCursor } = read.orders.pageInfo;
    if (!hasNextPage) return;
    after = endCursor;
  }
  throw new StorefrontError(`The shop has more open orders than the ${MOST_PAGES} pages that are read.`, {
    retryable: false,
  });
}

const moneySchema = z.object({ amount: z.string().max(64), currencyCode: z.string().max(16) });
const moneyBagSchema = z.object({ shopMoney: moneySchema, presentmentMoney: moneySchema });
const pageInfoSchema = z.object({ hasNextPage: z.boolean(), endCursor: z.string().max(2048).nullable() });

const openOrderSchema = z.object({
  id: z.string().max(255),
  name: z.string(),
  note: z.string().nullable(),
  createdAt: z.string(),
  updatedAt: z.string(),
  cancelledAt: z.string().nullable(),
  displayFinancialStatus: z.string().max(64).nullable(),
  currencyCode: z.string(),
  presentmentCurrencyCode: z.string(),
  totalPriceSet: moneyBagSchema,
  subtotalPriceSet: moneyBagSchema.nullable(),
  totalOutstandingSet: z.object({ shopMoney: moneySchema }).optional(),
  totalDiscountsSet: z.object({ shopMoney: moneySchema }).nullish(),
  customAttributes: z.array(z.object({ key: z.string(), value: z.string().nullable() })),
  customer: z.object({ id: z.string().max(255) }).nullish(),
});
type OpenOrderNode = z.infer<typeof openOrderSchema>;

const pageSchema = z.object({
  orders: z.object({ nodes: z.array(openOrderSchema).max(50), pageInfo: pageInfoSchema }),
});

interface PageRead extends z.infer<typeof pageSchema> {
  withCustomers: boolean;
}

/** An order's customer may only be named to an app with a scope of its own, without which all the rest can be read. */
async function readPage(
  { client, log, fields }: OpenOrdersPorts,
  { after, withCustomers }: { after: string | null; withCustomers: boolean },
  signal: AbortSignal | undefined,
): Promise<PageRead> {
  const read = async (withCustomers: boolean) => {
    const withOutstanding = fields.capturePayments ?? false;
    const query = withOutstanding ? OPEN_OR_AUTHORIZED_ORDERS : OPEN_ORDERS;
    const variables = { query, after, withCustomers, withOutstanding };
    return { ...(await client.request(READ_OPEN_ORDERS, variables, pageSchema, { signal })), withCustomers };
  };
  try {
    return await read(withCustomers);
  } catch (error) {
    if (!withCustomers || !(error instanceof AdminApiError) || error.code !== 'ACCESS_DENIED') throw error;
    log.warn({ reason: error.message }, 'The shop names no customers to us; its open orders are read without them.');
    return read(false);
  }
}

async function openOrderOf(
  ports: OpenOrdersPorts,
  node: OpenOrderNode,
  withCustomers: boolean,
  signal: AbortSignal | undefined,
): Promise<OpenOrder> {
  const unusable = (reason: string): OpenOrder => ({ kind: 'unusable', name: node.name, reason });
  if (node.displayFinancialStatus === 'PARTIALLY_PAID' && !ports.fields.capturePayments) {
    // Its whole price would be charged here, and what is still due is not the price that webhooks tell.
    return unusable('A part of it is paid in the shop by other means, so a person has to decide.');
  }
  const lineItems = ports.fields.priceField === 'line_items' ? await readLineItems(ports.client, node.id, signal) : [];
  try {
    const order = parseOrderWebhook(webhookBodyOf(node, lineItems), ports.fields);
    return { kind: 'order', order, remark: withCustomers ? null : CUSTOMER_UNKNOWN };
  } catch (error) {
    if (error instanceof WebhookContentError) return unusable(error.message);
    throw error;
  }
}

/** The order in the form that webhooks have, so that it is read by the same rules. */
function webhookBodyOf(node: OpenOrderNode, lineItems: readonly LineItemNode[]): object {
  return {
    id: digitsOf(node.id),
    name: node.name,
    note: node.note,
    note_attributes: node.customAttributes.map(({ key, value }) => ({ name: key, value })),
    customer: node.customer ? { id: digitsOf(node.customer.id) } : null,
    currency: node.currencyCode,
    presentment_currency: node.presentmentCurrencyCode,
    ...moneyOf('total_price', node.totalPriceSet),
    ...(node.subtotalPriceSet && moneyOf('subtotal_price', node.subtotalPriceSet)),
    line_items: lineItems.map((item) => ({
      quantity: item.quantity,
      ...moneyOf('price', item.originalUnitPriceSet),
    })),
    total_outstanding: node.totalOutstandingSet?.shopMoney.amount ?? null,
    total_discounts: node.totalDiscountsSet?.shopMoney.amount ?? null,
    financial_status: node.displayFinancialStatus?.toLowerCase() ?? null,
    cancelled_at: node.cancelledAt,
    created_at: node.createdAt,
    updated_at: node.updatedAt,
  };
}

function moneyOf(field: string, { shopMoney, presentmentMoney }: z.infer<typeof moneyBagSchema>): object {
  const presentment = { amount: presentmentMoney.amount, currency_code: presentmentMoney.currencyCode };
  return { [field]: shopMoney.amount, [`${field}_set`]: { presentment_money: presentment } };
}

/** `gid://shopify/Order/8997470732594` names the order that webhooks give the id 8997470732594. */
function digitsOf(gid: string): string | undefined {
  return /^gid:\/\/shopify\/\w+\/(\d+)$/.exec(gid)?.[1];
}

const lineItemSchema = z.object({ quantity: z.int(), originalUnitPriceSet: moneyBagSchema });
type LineItemNode = z.infer<typeof lineItemSchema>;

const lineItemsSchema = z.object({
  order: z.object({ lineItems: z.object({ nodes: z.array(lineItemSchema), pageInfo: pageInfoSchema }) }).nullable(),
});

/** Asked for by themselves and only where they make the price: for a whole page of orders they would cost too much. */
async function readLineItems(
  client: AdminClient,
  gid: string,
  signal: AbortSignal | undefined,
): Promise<LineItemNode[]> {
  const items: LineItemNode[] = [];
  let after: string | null = null;
  for (let page = 0; page < MOST_ITEM_PAGES; page += 1) {
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
  throw new StorefrontError(`The order ${gid} has more line items than are read.`, { retryable: false });
}
