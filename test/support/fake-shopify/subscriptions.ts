import { GraphQLError } from 'graphql';
import { connection, type PageArguments } from './orders.ts';

export interface StandInSubscription {
  id: string;
  topic: string;
  uri: string;
  format: string;
  filter: string | null;
  includeFields: string[];
  metafieldNamespaces: string[];
  apiVersion: { handle: string; displayName: string; supported: boolean };
}

export interface Subscriptions {
  /** What our app has subscribed to, by the Admin API: those of an app's configuration file are not shown. */
  subscriptions: StandInSubscription[];
  /** A subscription that was made before, in whatever way. */
  addSubscription(topic: string, uri: string, more?: Partial<StandInSubscription>): StandInSubscription;
}

interface SubscriptionInput {
  uri?: string;
  format?: string;
  filter?: string | null;
  includeFields?: string[];
  metafieldNamespaces?: string[];
}

interface Rules {
  requireScope: (scope: string, field: string) => void;
  /** Whether the app was given access to protected customer data. */
  isApproved: () => boolean;
  /** The version in which the app gets webhooks. */
  apiVersion: () => { handle: string; supported: boolean };
}

/** In Shopify's words: an error of the whole request, with the code of a scope that is missing. */
export function refuseProtectedData(what: string): never {
  const url = 'https://shopify.dev/docs/apps/launch/protected-customer-data';
  throw new GraphQLError(`This app is not approved to ${what}. See ${url} for more details.`, {
    extensions: { code: 'ACCESS_DENIED', documentation: url },
  });
}

/** The webhook subscriptions of a shop, with the rules of shopify.dev for what our documents use. */
export function createSubscriptions({ requireScope, isApproved, apiVersion }: Rules) {
  const subscriptions: StandInSubscription[] = [];
  let lastId = 0;
  const refuse = (message: string) => ({
    webhookSubscription: null,
    userErrors: [{ field: ['webhookSubscription', 'uri'], message }],
  });

  const addSubscription: Subscriptions['addSubscription'] = (topic, uri, more = {}) => {
    lastId += 1;
    const created: StandInSubscription = {
      id: `gid://shopify/WebhookSubscription/${lastId}`,
      topic,
      uri,
      format: 'JSON',
      filter: null,
      includeFields: [],
      metafieldNamespaces: [],
      apiVersion: { displayName: 'of the app', ...apiVersion() },
      ...more,
    };
    subscriptions.push(created);
    return created;
  };

  /** Undefined where the shop takes it. */
  const refusalOf = (topic: string, uri: string, ownId?: string) => {
    if (uri.startsWith('http:')) return refuse('Address protocol http:// is not supported');
    if (/localhost|127\.0\.0\.1|myshopify\.com/.test(uri)) {
      return refuse('Address cannot be a Shopify or an internal domain');
    }
    if (subscriptions.some((known) => known.id !== ownId && known.topic === topic && known.uri === uri)) {
      return refuse('Address for this topic has already been taken');
    }
    return undefined;
  };

  const requireTopic = (topic: string, field: string) => {
    const isOfOrders = !topic.startsWith('PRODUCTS_');
    requireScope(isOfOrders ? 'read_orders' : 'read_products', field);
    if (isOfOrders && !isApproved()) {
      refuseProtectedData('subscribe to webhook topics containing protected customer data');
    }
  };

  const rootValue = {
    webhookSubscriptions: (args: PageArguments) => connection(subscriptions, args),

    webhookSubscriptionCreate: ({
      topic,
      webhookSubscription: { uri = '', ...more },
    }: {
      topic: string;
      webhookSubscription: SubscriptionInput;
    }) => {
      requireTopic(topic, 'webhookSubscriptionCreate');
      const refusal = refusalOf(topic, uri);
      if (refusal !== undefined) return refusal;
      return { webhookSubscription: addSubscription(topic, uri, more), userErrors: [] };
    },

    webhookSubscriptionUpdate: ({
      id,
      webhookSubscription: input,
    }: {
      id: string;
      webhookSubscription: SubscriptionInput;
    }) => {
      const found = subscriptions.find((known) => known.id === id);
      if (found === undefined) return refuse('Webhook subscription does not exist');
      requireTopic(found.topic, 'webhookSubscriptionUpdate');
      const refusal = refusalOf(found.topic, input.uri ?? found.uri, id);
      if (refusal !== undefined) return refusal;
      // As a whole new configuration: what is not said again is gone.
      Object.assign(found, { filter: null, includeFields: [], metafieldNamespaces: [], format: 'JSON' }, input);
      return { webhookSubscription: found, userErrors: [] };
    },

    webhookSubscriptionDelete: ({ id }: { id: string }) => {
      const index = subscriptions.findIndex((known) => known.id === id);
      if (index === -1) {
        const userErrors = [{ field: ['id'], message: 'Webhook subscription does not exist' }];
        return { deletedWebhookSubscriptionId: null, userErrors };
      }
      subscriptions.splice(index, 1);
      return { deletedWebhookSubscriptionId: id, userErrors: [] };
    },
  };

  return { state: { subscriptions, addSubscription } satisfies Subscriptions, rootValue };
}
