import type { ApiClient, Query } from '#platform/cli/api-client.ts';
import * as shapes from './answers.ts';

export type ChainClient = ReturnType<typeof chainClient>;

/** What is asked about the watcher. */
export function chainClient(client: ApiClient) {
  return {
    ...client,
    chain: () => client.get('/api/chain', shapes.chainStatus),
    chainRefused: (query: Query = {}) => client.get('/api/chain/refused', shapes.chainRefusal.array(), query),
    chainLeft: (query: Query = {}) => client.get('/api/chain/left', shapes.chainDeparture.array(), query),
  };
}
