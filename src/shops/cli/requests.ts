import { result } from '#platform/cli/answers.ts';
import type { ApiClient, Query } from '#platform/cli/api-client.ts';
import * as shapes from './answers.ts';

export type ShopsClient = ReturnType<typeof shopsClient>;

/** What is asked about the work with the shop. */
export function shopsClient(client: ApiClient) {
  return {
    ...client,
    rescanProgress: () => client.get('/api/rescan_open_orders', shapes.rescanProgress),
    rescan: () => client.change('POST', '/api/rescan_open_orders', result.array()),
    priceUpdates: (query: Query = {}) => client.getPage('/api/price_updates', shapes.priceUpdate.array(), query),
    priceUpdate: (id: bigint) => client.get(`/api/price_updates/${id}`, shapes.priceUpdate),
    startPriceUpdate: (currency: string) =>
      client.change('POST', '/api/price_updates', shapes.priceUpdate, { currency }),
    retryPriceUpdate: (id: bigint) => client.change('POST', `/api/price_updates/${id}/retry`, shapes.priceUpdate),
    rejected: (query: Query = {}) => client.get('/api/rejected', shapes.rejectedWebhook.array(), query),
    retryRejected: (id: bigint) => client.change('POST', `/api/rejected/${id}/retry`, result),
    dismissRejected: (id: bigint, reason: string) =>
      client.change('POST', `/api/rejected/${id}/dismiss`, result, { reason }),
  };
}
