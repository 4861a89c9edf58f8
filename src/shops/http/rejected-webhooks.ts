import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { changeRequestOf } from '#platform/audit-log/http/idempotency-key.ts';
import { idPage, rangeOf, reason, result, rowId } from '#platform/http/fields.ts';
import { orderNamedIn } from '#shops/shopify/named-order.ts';
import type { Webhooks } from '#shops/webhook-inbox.ts';
import { rejectedWebhook } from './schemas.ts';

/** Rejected webhooks: listing them with their reasons, retrying and dismissing them. */
export function rejectedRoutes(webhooks: Pick<Webhooks, 'setAside' | 'retry' | 'dismiss'>): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/api/rejected',
      {
        config: { access: ['read_all'] },
        schema: {
          summary: 'The rejected webhooks, with reasons',
          tags: ['administration'],
          querystring: idPage,
          response: { 200: z.array(rejectedWebhook) },
        },
      },
      async ({ query }) =>
        (await webhooks.setAside(query.after, query.limit, rangeOf(query))).map((webhook) => ({
          id: webhook.id,
          webhook_id: webhook.webhookId,
          topic: webhook.topic,
          received_at: webhook.receivedAt.toISOString(),
          reason: webhook.reason,
          ...orderNamedIn(webhook),
          body: webhook.body,
        })),
    );

    app.post(
      '/api/rejected/:id/retry',
      {
        config: { access: ['write'] },
        schema: {
          summary: 'Retries a rejected webhook',
          tags: ['administration'],
          params: z.object({ id: rowId }),
          errors: ['webhook_not_set_aside', 'idempotency_key_reused'],
          response: { 200: result },
        },
      },
      async (request) => {
        const { success, message } = await webhooks.retry(changeRequestOf(request), request.params.id);
        return { success, message };
      },
    );

    app.post(
      '/api/rejected/:id/dismiss',
      {
        config: { access: ['write'] },
        schema: {
          summary: 'Dismisses a rejected webhook',
          tags: ['administration'],
          params: z.object({ id: rowId }),
          body: z.strictObject({ reason }),
          errors: ['webhook_not_set_aside', 'idempotency_key_reused'],
          response: { 200: result },
        },
      },
      async (request) => {
        const { params, body } = request;
        const { success, message } = await webhooks.dismiss(changeRequestOf(request), params.id, body.reason);
        return { success, message };
      },
    );
  };
}
