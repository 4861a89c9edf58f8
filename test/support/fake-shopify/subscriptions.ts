import { connection, type PageArguments } from './orders.ts';

export interface StandInSubscription {
  id: string;
  topic: string;
  uri: string;
}

export interface Subscriptions {
  /** What our app has subscribed to. */
  subscriptions: StandInSubscription[];
}

/** The webhook subscriptions of a shop, with the rules of shopify.dev for what our documents use. */
export function createSubscriptions(requireScope: (scope: string, field: string) => void) {
  const subscriptions: StandInSubscription[] = [];
  const refuse = (message: string) => ({
    webhookSubscription: null,
    userErrors: [{ field: ['webhookSubscription', 'uri'], message }],
  });

  const rootValue = {
    webhookSubscriptions: (args: PageArguments) => connection(subscriptions, args),

    webhookSubscriptionCreate: ({
      topic,
      webhookSubscription: { uri },
    }: {
      topic: string;
      webhookSubscription: { uri: string };
    }) => {
      requireScope(topic.startsWith('PRODUCTS_') ? 'read_products' : 'read_orders', 'webhookSubscriptionCreate');
      if (uri.startsWith('http:')) return refuse('Address protocol http:// is not supported');
      if (/localhost|127\.0\.0\.1|myshopify\.com/.test(uri)) {
        return refuse('Address cannot be a Shopify or an internal domain');
      }
      if (subscriptions.some((known) => known.topic === topic && known.uri === uri)) {
        return refuse('Address for this topic has already been taken');
      }
      const created = { id: `gid://shopify/WebhookSubscription/${subscriptions.length + 1}`, topic, uri };
      subscriptions.push(created);
      return { webhookSubscription: created, userErrors: [] };
    },
  };

  return { state: { subscriptions } satisfies Subscriptions, rootValue };
}
