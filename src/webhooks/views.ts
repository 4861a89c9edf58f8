import type { Attempt } from './store/attempts.ts';
import type { Endpoint } from './store/endpoints.ts';

export type EndpointView = ReturnType<typeof endpointView>;
export type EndpointEventView = ReturnType<typeof endpointEventView>;
export type AttemptView = ReturnType<typeof attemptView>;

/** Never with a secret. */
export function endpointView(endpoint: Endpoint) {
  return {
    id: endpoint.id,
    url: endpoint.url,
    description: endpoint.description,
    event_types: endpoint.eventTypes && [...endpoint.eventTypes],
    state: endpoint.state,
    pause_reason: endpoint.pauseReason,
    failing_since: endpoint.failingSince?.toISOString() ?? null,
    delivered: endpoint.delivered,
    failed: endpoint.failed,
    secret_created_at: endpoint.secretCreatedAt.toISOString(),
    previous_secret_until: endpoint.previousSecretUntil?.toISOString() ?? null,
    created_by: endpoint.createdBy,
    created_at: endpoint.createdAt.toISOString(),
  };
}

/** As other endpoints may be told of it: its URL may hold a token of its own, so only the origin is shown. */
export function endpointEventView(endpoint: Endpoint) {
  const { url, delivered, failed, ...view } = endpointView(endpoint);
  return { ...view, origin: new URL(url).origin };
}

export function attemptView(attempt: Attempt) {
  return {
    id: attempt.id,
    endpoint_id: attempt.endpointId,
    event_id: attempt.eventId,
    event_type: attempt.eventType,
    message_id: attempt.messageId,
    attempted_at: attempt.at.toISOString(),
    duration_ms: Math.round(attempt.durationMs),
    status: attempt.status,
    answer: attempt.answer,
    error: attempt.error,
  };
}
