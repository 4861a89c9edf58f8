import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { changeRequestOf } from '#platform/audit-log/http/idempotency-key.ts';
import { reason, rowId } from '#platform/http/fields.ts';
import { announceNext, idCursor, pageFields } from '#platform/http/pagination.ts';
import type { EventType } from '#platform/outbox/events.ts';
import type { WebhooksService } from '#webhooks/service.ts';
import { endpointView } from '#webhooks/views.ts';
import { description, endpoint, endpointInFull, endpointWithSecret, eventTypes, url } from './schemas.ts';

const ENDPOINT_CURSOR = idCursor('webhook-endpoint');

export const oneEndpoint = z.object({ id: rowId });
const STATE_ERRORS = ['webhook_endpoint_not_found', 'webhook_endpoint_state', 'idempotency_key_reused'] as const;

/**
 * The register of webhook endpoints. Who decides where events go must be a super admin: an endpoint is told of everything
 * that read_all shows.
 */
export function endpointRoutes(webhooks: WebhooksService, knownTypes: readonly string[]): FastifyPluginAsyncZod {
  const types = eventTypes(knownTypes);
  const newEndpoint = z.strictObject({
    url,
    description: description.default(''),
    event_types: types,
    reason: reason.optional(),
  });
  const changedEndpoint = z
    .strictObject({
      url: url.optional(),
      description: description.optional(),
      event_types: types.optional(),
      reason: reason.optional(),
    })
    .refine(
      (body) => body.url !== undefined || body.description !== undefined || body.event_types !== undefined,
      'must change something',
    );

  return async (app) => {
    app.get(
      '/api/webhook_endpoints',
      {
        config: { access: ['read_all'] },
        schema: {
          summary: 'The webhook endpoints, those that are removed too',
          tags: ['administration'],
          querystring: z.strictObject(pageFields(ENDPOINT_CURSOR)),
          response: { 200: z.array(endpoint) },
        },
      },
      async ({ query: { limit, cursor: after } }, reply) => {
        const page = await webhooks.list({ limit, after });
        announceNext(reply, ENDPOINT_CURSOR, page.next);
        return page.rows.map(endpointView);
      },
    );

    app.get(
      '/api/webhook_endpoints/:id',
      {
        config: { access: ['read_all'] },
        schema: {
          summary: 'A webhook endpoint, with what has not been delivered to it',
          tags: ['administration'],
          params: oneEndpoint,
          errors: ['webhook_endpoint_not_found'],
          response: { 200: endpointInFull },
        },
      },
      async ({ params }) => {
        const { endpoint, backlog } = await webhooks.show(params.id);
        return {
          ...endpointView(endpoint),
          pending: backlog.pending,
          dead_letters: backlog.deadLetters,
          oldest_waiting_at: backlog.oldestWaitingAt?.toISOString() ?? null,
        };
      },
    );

    app.post(
      '/api/webhook_endpoints',
      {
        config: { access: ['super_admin'] },
        schema: {
          summary: 'Adds a webhook endpoint, and shows its secret once',
          tags: ['administration'],
          body: newEndpoint,
          errors: ['webhook_url_refused', 'too_many_webhook_endpoints', 'idempotency_key_reused'],
          response: { 200: endpointWithSecret },
        },
      },
      (request) => {
        const { url, description, event_types, reason } = request.body;
        const asked = { url, description, eventTypes: event_types as EventType[] | null };
        return webhooks.add(changeRequestOf(request), asked, reason);
      },
    );

    app.post(
      '/api/webhook_endpoints/:id/change',
      {
        config: { access: ['super_admin'] },
        schema: {
          summary: 'Changes the URL, the description or the event types of a webhook endpoint',
          tags: ['administration'],
          params: oneEndpoint,
          body: changedEndpoint,
          errors: ['webhook_url_refused', ...STATE_ERRORS],
          response: { 200: endpoint },
        },
      },
      (request) => {
        const { url, description, event_types, reason } = request.body;
        const asked = {
          ...(url !== undefined && { url }),
          ...(description !== undefined && { description }),
          ...(event_types !== undefined && { eventTypes: event_types as EventType[] | null }),
        };
        return webhooks.change(changeRequestOf(request), request.params.id, asked, reason);
      },
    );

    app.post(
      '/api/webhook_endpoints/:id/rotate_secret',
      {
        config: { access: ['super_admin'] },
        schema: {
          summary:
            'Makes a new secret for a webhook endpoint, and shows it once; the previous one stays valid for a day',
          tags: ['administration'],
          params: oneEndpoint,
          body: z.strictObject({ reason: reason.optional() }),
          errors: [...STATE_ERRORS],
          response: { 200: endpointWithSecret },
        },
      },
      (request) => webhooks.rotateSecret(changeRequestOf(request), request.params.id, request.body.reason),
    );

    app.post(
      '/api/webhook_endpoints/:id/remove',
      {
        config: { access: ['super_admin'] },
        schema: {
          summary: 'Removes a webhook endpoint for good, with all that waits for it; it stays to be read',
          tags: ['administration'],
          params: oneEndpoint,
          body: z.strictObject({ reason: reason.min(1) }),
          errors: [...STATE_ERRORS],
          response: { 200: endpoint },
        },
      },
      (request) => webhooks.remove(changeRequestOf(request), request.params.id, request.body.reason),
    );
  };
}
