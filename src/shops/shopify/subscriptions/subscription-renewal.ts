import type { AdminClient } from '#shops/shopify/admin-api/client.ts';
import {
  isSameAddress,
  isSentTo,
  moveSubscription,
  NEEDED_TOPICS,
  readSubscriptions,
  SubscriptionRefused,
  subscribe,
  type WebhookSubscription,
  webhookUri,
} from './subscriptions.ts';

/** The result of renewing the subscriptions of one server. */
export interface SubscriptionRenewal {
  /** The server's webhook address. */
  uri: string;
  /** Topics that were missing and are now subscribed. */
  created: string[];
  /** Topics that went to an older path of the server, or as XML, and were corrected. */
  moved: string[];
  /** Topics that the shop refuses until the cause is fixed. */
  refused: SubscriptionRefused[];
  /** The error that prevented the rest of the check; undefined if it was complete. */
  failure: unknown;
}

/** The webhook paths of older versions, each for a fixed topic. */
const OLDER_PATHS: readonly string[] = [
  '/shopify/webhook/checkout_create',
  '/shopify/webhook/product_updated',
  '/shopify/webhook/transaction_create',
];

/**
 * Whether a subscription goes to this server in an outdated way: to an older path, or as XML. Other addresses belong to
 * other servers, and webhooks to the path `no_op` are ignored on purpose.
 * @param server the server's public address.
 */
export function isOutdated({ uri, format }: WebhookSubscription, server: string): boolean {
  const base = server.replace(/\/+$/, '');
  if (isSameAddress(uri, webhookUri(base))) return format !== 'JSON';
  return OLDER_PATHS.some((path) => isSameAddress(uri, `${base}${path}`));
}

/**
 * Subscribes this server to every topic that it needs: moves subscriptions from its older paths, and adds missing ones. It
 * removes none, and leaves those of other addresses unchanged.
 * @throws {ShopError} if the existing subscriptions can't be read.
 */
export async function renewSubscriptions(
  client: AdminClient,
  server: string,
  signal?: AbortSignal,
): Promise<SubscriptionRenewal> {
  const uri = webhookUri(server);
  const renewal: SubscriptionRenewal = { uri, created: [], moved: [], refused: [], failure: undefined };
  const present = await readSubscriptions(client, signal);
  for (const topic of NEEDED_TOPICS) {
    const ofTopic = present.filter((subscription) => subscription.topic === topic);
    if (ofTopic.some((subscription) => isSentTo(subscription, uri))) continue;
    const outdated = ofTopic.find((subscription) => isOutdated(subscription, server));
    try {
      if (outdated === undefined) await subscribe(client, topic, uri, signal);
      else await moveSubscription(client, outdated, uri, signal);
      (outdated === undefined ? renewal.created : renewal.moved).push(topic);
    } catch (error) {
      if (!(error instanceof SubscriptionRefused)) return { ...renewal, failure: error };
      // Another instance or an operator was faster.
      if (error.reason !== 'taken') renewal.refused.push(error);
    }
  }
  return renewal;
}
