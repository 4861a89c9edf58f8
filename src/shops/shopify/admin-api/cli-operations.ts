/**
 * The GraphQL documents that only `taritools` sends to Shopify's Admin API (version 2026-10). A test validates each
 * against the real schema, as those of `operations.ts`.
 */

/** All rates stored in the shop, as themes read them. */
export const READ_GLOBAL_RATES = `
  query ReadGlobalRates {
    metaobjectByHandle(handle: { type: "tari_price", handle: "tari-price-global" }) {
      fields { key value }
    }
  }`;
