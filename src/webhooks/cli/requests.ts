import type { ApiClient, Query } from '#platform/cli/api-client.ts';
import * as shapes from './answers.ts';

export type WebhooksClient = ReturnType<typeof webhooksClient>;

const ENDPOINTS = '/api/webhook_endpoints';

/** What is asked about webhook endpoints. */
export function webhooksClient(client: ApiClient) {
  return {
    ...client,
    endpoints: (query: Query) => client.getPage(ENDPOINTS, shapes.endpoint.array(), query),
    endpoint: (id: bigint) => client.get(`${ENDPOINTS}/${id}`, shapes.endpointInFull),
    attempts: (id: bigint, query: Query) =>
      client.getPage(`${ENDPOINTS}/${id}/attempts`, shapes.attempt.array(), query),
    addEndpoint: (body: object) => client.change('POST', ENDPOINTS, shapes.endpointWithSecret, body),
    rotateSecret: (id: bigint, body: object) =>
      client.change('POST', `${ENDPOINTS}/${id}/rotate_secret`, shapes.endpointWithSecret, body),
    changeEndpoint: (id: bigint, what: 'change' | 'pause' | 'resume' | 'remove', body: object) =>
      client.change('POST', `${ENDPOINTS}/${id}/${what}`, shapes.endpoint, body),
    resend: (id: bigint, eventId: bigint) =>
      client.change('POST', `${ENDPOINTS}/${id}/resend`, shapes.resent, { event_id: eventId }),
    test: (id: bigint) => client.change('POST', `${ENDPOINTS}/${id}/test`, shapes.attempt),
  };
}
