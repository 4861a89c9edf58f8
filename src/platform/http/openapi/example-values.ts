/**
 * The values that the examples of all contexts share: one customer, one order, and the payment for it. Their signatures
 * are made with the keys that `docs/wallet-developer.md` publishes.
 */

export const CUSTOMER = '14s9vDTwrweZvWEgQ9gNhXXPX68DPXSSAHNFWYEPi5JsBQY';
export const HOT_WALLET = '12HRp2iwRVYPDuHcJgdF9UMJV5qsQo1fZw4rrFwyRHMCR65m9u1Y56xixNzViryjeBjuFDEwoV3hA6hkv2uTHY3FSJ5';
export const CUSTOMER_ID = '7001';
export const ORDER_ID = '8997470732594';
export const TXID = '12375671662993302800';
export const NOON = '2026-11-21T12:00:00.000Z';
export const ONE = '2026-11-21T13:00:00.000Z';
export const PAGE = { limit: '100' };
export const ID_PAGE = { after: '0', limit: '100' };
export const BY_CUSTOMER_ADDRESS = { params: { address: CUSTOMER } };
