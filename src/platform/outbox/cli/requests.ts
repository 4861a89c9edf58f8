import { type ApiClient, type Query, withQuery } from '#platform/cli/api-client.ts';
import * as shapes from './answers.ts';

export type OutboxClient = ReturnType<typeof outboxClient>;

/** What is asked about events. */
export function outboxClient(client: ApiClient) {
  return {
    ...client,
    events: (query: Query = {}) => client.get('/api/events', shapes.event.array(), query),
    deadLetters: (query: Query = {}) => client.get('/api/dead_letters', shapes.deadLetter.array(), query),
    retryDeadLetter: (eventId: bigint, subscriber?: string) =>
      client.change('POST', withQuery(`/api/dead_letters/${eventId}/retry`, { subscriber }), shapes.retried),
    dismissDeadLetter: (eventId: bigint, reason: string, subscriber?: string) =>
      client.change('POST', `/api/dead_letters/${eventId}/dismiss`, shapes.dismissed, {
        subscriber: subscriber ?? null,
        reason,
      }),
    /** A part of them: the server does a bounded number at once. */
    dismissDeadLetters: (which: {
      all?: true;
      subscriber?: string;
      type?: string;
      up_to_event: bigint;
      up_to_time: string;
      reason: string;
    }) => client.change('POST', '/api/dead_letters/dismiss', shapes.bulkDismissed, which),
  };
}
