import * as z from 'zod';
import { ShopError } from '#shops/shop-connector.ts';
import type { AdminClient } from '#shops/shopify/admin-api/client.ts';
import { AdminApiError } from '#shops/shopify/admin-api/errors.ts';
import {
  CREATE_SUBSCRIPTION,
  DELETE_SUBSCRIPTION,
  READ_SUBSCRIPTIONS,
  UPDATE_SUBSCRIPTION,
} from '#shops/shopify/admin-api/operations.ts';

/** A webhook subscription in the shop. */
export interface WebhookSubscription {
  id: string;
  /** As in the Admin API, such as ORDERS_CREATE. */
  topic: string;
  uri: string;
  /** `JSON` or `XML`; the server reads JSON. */
  format: string;
  /** Limits the events; null sends all. */
  filter: string | null;
  includeFields: string[];
  metafieldNamespaces: string[];
  /** The version of the bodies: one for the whole app. */
  apiVersion: { handle: string; supported: boolean };
}

/** The topics that the server needs. */
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
/** A thousand subscriptions: a shop has a handful for each app. */
const MAX_PAGES = 20;

const MAX_TEXT_LENGTH = 65_535;
const MAX_LIST_LENGTH = 1_000;
const texts = z.array(z.string().max(MAX_TEXT_LENGTH)).max(MAX_LIST_LENGTH);

const pageSchema = z.object({
  webhookSubscriptions: z.object({
    nodes: z.array(
      z.object({
        id: z.string().max(255),
        topic: z.string().max(255),
        uri: z.string().max(MAX_TEXT_LENGTH),
        format: z.string().max(255),
        filter: z.string().max(MAX_TEXT_LENGTH).nullable(),
        includeFields: texts,
        metafieldNamespaces: texts,
        apiVersion: z.object({ handle: z.string().max(255), supported: z.boolean() }),
      }),
    ),
    pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().max(2048).nullable() }),
  }),
});

const userErrors = z.array(z.object({ message: z.string().max(1000) }));
const subscriptionSchema = z.object({ id: z.string() }).nullable();
const createdSchema = z.object({
  webhookSubscriptionCreate: z.object({ webhookSubscription: subscriptionSchema, userErrors }).nullable(),
});
const updatedSchema = z.object({
  webhookSubscriptionUpdate: z.object({ webhookSubscription: subscriptionSchema, userErrors }).nullable(),
});
const deletedSchema = z.object({
  webhookSubscriptionDelete: z.object({ deletedWebhookSubscriptionId: z.string().nullable(), userErrors }).nullable(),
});

/**
 * Why the shop refuses a subscription.
 * - `protected_data`: the app was not given access to protected customer data, which orders are (docs/reference/shopify.md 8).
 * - `scope`: the app lacks the scope of the topic.
 * - `taken`: the same subscription is there already.
 * - `other`: an address that it sends nothing to, most often.
 */
export type RefusalReason = 'protected_data' | 'scope' | 'taken' | 'other';

/** The shop refused a change of a subscription, and will do so until the cause is fixed. */
export class SubscriptionRefused extends ShopError {
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason, message: string) {
    super(message, { retryable: false });
    this.reason = reason;
  }
}

/** The webhook address of a server at this public address. */
export function webhookUri(server: string): string {
  const base = server.replace(/\/+$/, '');
  return base.endsWith(WEBHOOK_PATH) ? base : `${base}${WEBHOOK_PATH}`;
}

/** Whether two addresses are the same, ignoring the case of the host and the scheme's default port. */
export function isSameAddress(one: string, other: string): boolean {
  return one === other || (URL.canParse(one) && URL.canParse(other) && new URL(one).href === new URL(other).href);
}

/** All that our app has subscribed to by the Admin API. @throws {ShopError} */
export async function readSubscriptions(client: AdminClient, signal?: AbortSignal): Promise<WebhookSubscription[]> {
  const found: WebhookSubscription[] = [];
  let after: string | null = null;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const data: z.output<typeof pageSchema> = await client.request(READ_SUBSCRIPTIONS, { after }, pageSchema, {
      signal,
    });
    found.push(...data.webhookSubscriptions.nodes);
    if (!data.webhookSubscriptions.pageInfo.hasNextPage) return found;
    after = data.webhookSubscriptions.pageInfo.endCursor;
  }
  throw new ShopError('The shop has more webhook subscriptions than are read.', { retryable: false });
}

/** Whether a subscription sends its topic to this address in a format that the server reads. */
export function isSentTo({ uri, format }: WebhookSubscription, address: string): boolean {
  return format === 'JSON' && isSameAddress(uri, address);
}

/** The topics that are not sent to this address yet. */
export function missingTopics(subscriptions: readonly WebhookSubscription[], uri: string): string[] {
  return NEEDED_TOPICS.filter(
    (topic) => !subscriptions.some((subscription) => subscription.topic === topic && isSentTo(subscription, uri)),
  );
}

/** @throws {SubscriptionRefused} as it refuses addresses without https. @throws {ShopError} */
export async function subscribe(client: AdminClient, topic: string, uri: string, signal?: AbortSignal): Promise<void> {
  const what = `subscribe ${topic} to ${uri}`;
  const data = await asked(what, () => client.request(CREATE_SUBSCRIPTION, { topic, uri }, createdSchema, { signal }));
  const { webhookSubscription, userErrors } = data.webhookSubscriptionCreate ?? NOTHING_SAID;
  refuseUnless(webhookSubscription !== null, what, userErrors);
}

/**
 * Moves a subscription to another address, keeping its filter and fields: without its filter a shop would send orders that
 * do not concern us. @throws {SubscriptionRefused | ShopError}
 */
export async function moveSubscription(
  client: AdminClient,
  moved: WebhookSubscription,
  uri: string,
  signal?: AbortSignal,
): Promise<void> {
  const { id, topic, filter, includeFields, metafieldNamespaces } = moved;
  const what = `move the subscription of ${topic} to ${uri}`;
  const subscription = {
    uri,
    format: 'JSON',
    ...(filter !== null && filter !== '' && { filter }),
    ...(includeFields.length > 0 && { includeFields }),
    ...(metafieldNamespaces.length > 0 && { metafieldNamespaces }),
  };
  const data = await asked(what, () =>
    client.request(UPDATE_SUBSCRIPTION, { id, subscription }, updatedSchema, { signal }),
  );
  const { webhookSubscription, userErrors } = data.webhookSubscriptionUpdate ?? NOTHING_SAID;
  refuseUnless(webhookSubscription !== null, what, userErrors);
}

/** Removes a subscription. One that is already gone is not an error. @throws {SubscriptionRefused | ShopError} */
export async function unsubscribe(client: AdminClient, { id, topic, uri }: WebhookSubscription): Promise<void> {
  const what = `end the subscription of ${topic} to ${uri}`;
  const data = await asked(what, () => client.request(DELETE_SUBSCRIPTION, { id }, deletedSchema));
  const { deletedWebhookSubscriptionId: deleted, userErrors } = data.webhookSubscriptionDelete ?? {
    deletedWebhookSubscriptionId: null,
    userErrors: [],
  };
  if (userErrors.some(({ message }) => GONE.test(message))) return;
  refuseUnless(deleted !== null, what, userErrors);
}

const NOTHING_SAID = { webhookSubscription: null, userErrors: [] };

/** Matches Shopify's messages, which have no codes here. */
const GONE = /does not exist|not found/i;
const TAKEN = /already been taken/i;
const NOT_APPROVED = /not approved|protected customer data/i;

/** Whether the shop refused because the app may not see protected customer data, in either layer of its errors. */
export function isProtectedData(error: ShopError): boolean {
  return NOT_APPROVED.test(error.message);
}

async function asked<T>(what: string, request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    if (!(error instanceof AdminApiError) || error.code !== 'ACCESS_DENIED') throw error;
    const reason = isProtectedData(error) ? 'protected_data' : 'scope';
    throw new SubscriptionRefused(reason, `The shop does not ${what}: ${error.message}`);
  }
}

/** @throws {SubscriptionRefused} */
function refuseUnless(isDone: boolean, what: string, errors: readonly { message: string }[]): void {
  const [error] = errors;
  if (error === undefined && isDone) return;
  const message = error?.message ?? 'it says no more';
  const reason = TAKEN.test(message) ? 'taken' : NOT_APPROVED.test(message) ? 'protected_data' : 'other';
  throw new SubscriptionRefused(reason, `The shop does not ${what}: ${message.replace(/\.$/, '')}.`);
}
