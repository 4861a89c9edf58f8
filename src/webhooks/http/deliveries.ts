import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { changeRequestOf } from '#platform/audit-log/http/idempotency-key.ts';
import { integer, reason } from '#platform/http/fields.ts';
import { announceNext, idCursor, sortedPageFields } from '#platform/http/pagination.ts';
import { MAX_I64 } from '#tari/integer-bounds.ts';
import type { WebhooksService } from '#webhooks/service.ts';
import { attemptView } from '#webhooks/views.ts';
import { oneEndpoint } from './endpoints.ts';
import { attempt, endpoint } from './schemas.ts';

const ATTEMPT_CURSOR = idCursor('webhook-attempt');
const STATE_ERRORS = ['webhook_endpoint_not_found', 'webhook_endpoint_state', 'idempotency_key_reused'] as const;

/** What is delivered to webhook endpoints, and when. */
export function webhookDeliveryRoutes(webhooks: WebhooksService): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/api/webhook_endpoints/:id/attempts',
      {
        config: { access: ['read_all'] },
        schema: {
          summary: 'The last attempts to deliver to a webhook endpoint, with what it answered',
          tags: ['administration'],
          params: oneEndpoint,
          querystring: z.strictObject(sortedPageFields(ATTEMPT_CURSOR)),
          errors: ['webhook_endpoint_not_found'],
          response: { 200: z.array(attempt) },
        },
      },
      async ({ params, query: { limit, cursor: after, order } }, reply) => {
        const page = await webhooks.attempts(params.id, { limit, after, order });
        announceNext(reply, ATTEMPT_CURSOR, page.next);
        return page.rows.map(attemptView);
      },
    );

    app.post(
      '/api/webhook_endpoints/:id/pause',
      {
        config: { access: ['write'] },
        schema: {
          summary: 'Pauses a webhook endpoint; what happens meanwhile waits for it',
          tags: ['administration'],
          params: oneEndpoint,
          body: z.strictObject({ reason: reason.min(1) }),
          errors: [...STATE_ERRORS],
          response: { 200: endpoint },
        },
      },
      (request) => webhooks.pause(changeRequestOf(request), request.params.id, request.body.reason),
    );

    app.post(
      '/api/webhook_endpoints/:id/resume',
      {
        config: { access: ['write'] },
        schema: {
          summary: 'Resumes a webhook endpoint, with what it missed or, with skip_missed, without it',
          tags: ['administration'],
          params: oneEndpoint,
          body: z.strictObject({ skip_missed: z.boolean().default(false), reason: reason.optional() }),
          errors: [...STATE_ERRORS],
          response: { 200: endpoint },
        },
      },
      (request) => {
        const { skip_missed: skipMissed, reason } = request.body;
        return webhooks.resume(changeRequestOf(request), request.params.id, { skipMissed, reason });
      },
    );

    app.post(
      '/api/webhook_endpoints/:id/resend',
      {
        config: { access: ['write'] },
        schema: {
          summary: 'Delivers an event to a webhook endpoint again',
          tags: ['administration'],
          params: oneEndpoint,
          body: z.strictObject({ event_id: integer(1n, MAX_I64) }),
          errors: ['webhook_delivery_not_found', ...STATE_ERRORS],
          response: { 200: z.object({ event_id: z.bigint() }) },
        },
      },
      (request) => webhooks.resend(changeRequestOf(request), request.params.id, request.body.event_id),
    );

    app.post(
      '/api/webhook_endpoints/:id/test',
      {
        config: { access: ['write'] },
        schema: {
          summary: 'Sends a test to a webhook endpoint and to no other, and shows what it answered',
          tags: ['administration'],
          params: oneEndpoint,
          errors: ['webhook_endpoint_not_found', 'webhook_test_running'],
          response: { 200: attempt },
        },
      },
      async ({ params }) => attemptView(await webhooks.test(params.id)),
    );
  };
}
