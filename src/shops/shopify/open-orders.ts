import * as z from 'zod';
import type { Logger } from '#platform/logging/logger.ts';
import { type OpenOrder, ShopError } from '#shops/shop-connector.ts';
import type { AdminClient } from './admin-api/client.ts';
import { AdminApiError } from './admin-api/errors.ts';
import { READ_OPEN_ORDERS } from './admin-api/operations.ts';
import { type LineItem, orderPricesSchema, pageInfoSchema, pricesInWebhook, readLineItems } from './due-now.ts';
import { reasonOfOtherMethod } from './payment-methods.ts';
import { type OrderWebhookOptions, parseOrderWebhook, WebhookContentError } from './webhooks/order.ts';

export interface OpenOrdersPorts {
  client: AdminClient;
  log: Logger;
  fields: OrderWebhookOptions;
}

/** Three thousand open orders, more than any shop has; an endless sequence of pages must not block us. */
const MAX_PAGES = 60;
/** Open, and not paid in full: another gateway may hold a part of what is authorized. The search knows no filter for ours. */
const OPEN_ORDERS =
  'status:open AND (financial_status:pending OR financial_status:partially_paid OR financial_status:authorized)';

const CUSTOMER_UNKNOWN =
  'Its customer is not known, because our app in the shop lacks the scope read_customers; reassign the order if it needs one.';

/**
 * Reads the shop's open orders, oldest first, each in the form of a webhook.
 * @throws {ShopError} from the iteration.
 */
export async function* readOpenOrders(ports: OpenOrdersPorts, signal?: AbortSignal): AsyncGenerator<OpenOrder> {
  let after: string | null = null;
  let withCustomers = true;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const read: PageRead = await readPage(ports, { after, withCustomers }, signal);
    withCustomers = read.withCustomers;
    for (const node of read.orders.nodes) yield await openOrderOf(ports, node, withCustomers, signal);
    const { hasNextPage, endCursor } = read.orders.pageInfo;
    if (!hasNextPage) return;
    after = endCursor;
  }
  throw new ShopError(`The shop has more open orders than the ${MAX_PAGES} pages that are read.`, {
    retryable: false,
  });
}

const openOrderSchema = orderPricesSchema.extend({
  id: z.string().max(255),
  name: z.string(),
  note: z.string().nullable(),
  createdAt: z.string(),
  updatedAt: z.string(),
  cancelledAt: z.string().nullable(),
  confirmationNumber: z.string().nullable(),
  customerLocale: z.string().nullable(),
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

/** Reading an order's customer needs a separate scope; without it everything else can be read. */
async function readPage(
  { client, log, fields: { priceField } }: OpenOrdersPorts,
  { after, withCustomers }: { after: string | null; withCustomers: boolean },
  signal: AbortSignal | undefined,
): Promise<PageRead> {
  const read = async (withCustomers: boolean) => {
    const withSubtotals = priceField === 'subtotal';
    const withDiscounts = priceField === 'line_items';
    const variables = { query: OPEN_ORDERS, after, withCustomers, withSubtotals, withDiscounts };
    return { ...(await client.request(READ_OPEN_ORDERS, variables, pageSchema, { signal })), withCustomers };
  };
  try {
    return await read(withCustomers);
  } catch (error) {
    if (!withCustomers || !(error instanceof AdminApiError) || error.code !== 'ACCESS_DENIED') throw error;
    log.warn(
      { reason: error.message },
      'The shop does not give us access to customers; reading its open orders without them.',
    );
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
  const reason = reasonOfOtherMethod(node.paymentGatewayNames, ports.fields.paymentMethods);
  if (reason !== undefined) return { kind: 'other_method', name: node.name, reason };
  const lineItems = ports.fields.priceField === 'line_items' ? await readLineItems(ports.client, node.id, signal) : [];
  try {
    const order = parseOrderWebhook(webhookBodyOf(node, lineItems), ports.fields);
    return { kind: 'order', order, remark: withCustomers ? null : CUSTOMER_UNKNOWN };
  } catch (error) {
    if (error instanceof WebhookContentError) return unusable(error.message);
    throw error;
  }
}

/** The order in the form of webhooks, so that it is parsed by the same rules. */
function webhookBodyOf(node: OpenOrderNode, lineItems: readonly LineItem[]): object {
  return {
    id: digitsOf(node.id),
    name: node.name,
    note: node.note,
    note_attributes: node.customAttributes.map(({ key, value }) => ({ name: key, value })),
    customer: node.customer ? { id: digitsOf(node.customer.id) } : null,
    ...pricesInWebhook(node, lineItems),
    cancelled_at: node.cancelledAt,
    confirmation_number: node.confirmationNumber,
    customer_locale: node.customerLocale,
    created_at: node.createdAt,
    updated_at: node.updatedAt,
  };
}

/** `gid://shopify/Order/8997470732594` names the order that webhooks give the id 8997470732594. */
function digitsOf(gid: string): string | undefined {
  return /^gid:\/\/shopify\/\w+\/(\d+)$/.exec(gid)?.[1];
}
