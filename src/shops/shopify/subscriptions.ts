import * as z from 'zod';
import { StorefrontError } from '#shops/shop-connector.ts';
import { CREATE_SUBSCRIPTION, READ_SUBSCRIPTIONS } from './admin-api/cli-operations.ts';
import type { AdminClient } from './admin-api/client.ts';

/** Which webhooks the shop sends, and to where. */
export interface WebhookSubscription {
  id: string;
  /** As the Admin API writes it, such as ORDERS_CREATE. */
  topic: string;
  uri: string;
}

/** What the server hears of the shop by. */
export const NEEDED_TOPICS = [
  'ORDERS_CREATE',
  'ORDERS_UPDATED',
  'ORDERS_CANCELLED',
  'ORDERS_PAID',
  'ORDERS_DELETE',
  'ORDER_TRANSACTIONS_CREATE',
  'REFUNDS_CREATE',
  'PRODUCTS_CREATE',
  'PRODUCTS_UPDATE',
] as const;

const WEBHOOK_PATH = '/shopify/webhook';
/** A thousand subscriptions. */
const MOST_PAGES = 20;

const pageSchema = z.object({
  webhookSubscriptions: z.object({
    nodes: z.array(z.object({ id: z.string().max(255), topic: z.string().max(255), uri: z.string().max(65_535) })),
    pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().max(2048).nullable() }),
  }),
});
const createdSchema = z.object({
  webhookSubscriptionCreate: z
    .object({
      webhookSubscription: z.object({ id: z.string() }).nullable(),
      userErrors: z.array(z.object({ message: z.string().max(1000) })),
    })
    .nullable(),
});

/** Where the shop is to send webhooks for a server at this address. */
export function webhookUri(server: string): string {
  const base = server.replace(/\/+$/, '');
  return base.endsWith(WEBHOOK_PATH) ? base : `${base}${WEBHOOK_PATH}`;
}

/** All that our app has subscribed to. @throws {StorefrontError} */
export async function readSubscriptions(client: AdminClient): Promise<WebhookSubscription[]> {
  const found: WebhookSubscription[] = [];
  let after: string | null = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const data: z.output<typeof pageSchema> = await client.request(READ_SUBSCRIPTIONS, { after }, pageSchema);
    found.push(...data.webhookSubscriptions.nodes);
    if (!data.webhookSubscriptions.pageInfo.hasNextPage) return found;
    after = data.webhookSubscriptions.pageInfo.endCursor;
  }
  throw new StorefrontError('The shop has more webhook subscriptions than are read.', { retryable: false });
}

/** The topics that are not sent to this address yet. */
export function missingTopics(subscriptions: readonly WebhookSubscription[], uri: string): string[] {
  return NEEDED_TOPICS.filter(
    (topic) => !subscriptions.some((subscription) => subscription.topic === topic && subscription.uri === uri),
  );
}

/** @throws {StorefrontError} where the shop refuses it, as it does addresses without https. */
export async function subscribe(client: AdminClient, topic: string, uri: string): Promise<void> {
  const data = await client.request(CREATE_SUBSCRIPTION, { topic, uri }, createdSchema);
  const [error] = data.webhookSubscriptionCreate?.userErrors ?? [];
  if (error === undefined && data.webhookSubscriptionCreate?.webhookSubscription) return;
  const reason = (error?.message ?? 'it says no more').replace(/\.$/, '');
  throw new StorefrontError(`The shop does not subscribe ${topic} to ${uri}: ${reason}.`, { retryable: false });
}
