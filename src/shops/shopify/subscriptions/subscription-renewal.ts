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

/** What became of the subscriptions of one server. */
export interface SubscriptionRenewal {
  /** Where the server takes webhooks. */
  uri: string;
  /** Topics that were not sent to the server, and are from now on. */
  created: string[];
  /** Topics that went to an older path of the server, or as XML, and now come as they should. */
  moved: string[];
  /** Topics that the shop does not subscribe until a person has mended the cause. */
  refused: SubscriptionRefused[];
  /** Why the shop could not be asked for the rest of it; undefined when all was looked at. */
  failure: unknown;
}

/** Paths on which older versions took webhooks; the topic of each is fixed, whatever comes. */
const OLDER_PATHS: readonly string[] = [
  '/shopify/webhook/checkout_create',
  '/shopify/webhook/product_updated',
  '/shopify/webhook/transaction_create',
];

/**
 * Whether a subscription goes to this server, and not as it should: to an older path, or as XML. Those of other addresses
 * are other servers', and `no_op` is a path on which webhooks are meant to be left alone.
 * @param server the server's public address.
 */
export function isOutdated({ uri, format }: WebhookSubscription, server: string): boolean {
  const base = server.replace(/\/+$/, '');
  if (isSameAddress(uri, webhookUri(base))) return format !== 'JSON';
  return OLDER_PATHS.some((path) => isSameAddress(uri, `${base}${path}`));
}

/**
 * Has the shop send this server every topic that it needs: moves what goes to an older path of it, and subscribes to what
 * is missing. It ends no subscription, and leaves those of other addresses as they are.
 * @throws {StorefrontError} when the shop can't be asked what there is.
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
      // Another instance, or a person, has come first.
      if (error.reason !== 'taken') renewal.refused.push(error);
    }
  }
  return renewal;
}
