/**
 * The GraphQL documents that only `taritools` sends to Shopify's Admin API (version 2026-10). A test validates each
 * against the real schema, as those of `operations.ts`.
 */

/** A shop has a handful of subscriptions for each app. */
export const READ_SUBSCRIPTIONS = `
  query ReadSubscriptions($after: String) {
    webhookSubscriptions(first: 50, after: $after) {
      nodes { id topic uri }
      pageInfo { hasNextPage endCursor }
    }
  }`;

export const CREATE_SUBSCRIPTION = `
  mutation CreateSubscription($topic: WebhookSubscriptionTopic!, $uri: String!) {
    webhookSubscriptionCreate(topic: $topic, webhookSubscription: { uri: $uri, format: JSON }) {
      webhookSubscription { id }
      userErrors { field message }
    }
  }`;

/** All rates that the shop knows, as themes read them. */
export const READ_GLOBAL_RATES = `
  query ReadGlobalRates {
    metaobjectByHandle(handle: { type: "tari_price", handle: "tari-price-global" }) {
      fields { key value }
    }
  }`;
