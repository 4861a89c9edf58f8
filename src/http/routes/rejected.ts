import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { ReadContent, Webhooks } from '../../engine/webhooks.ts';
import type { Guard } from '../access.ts';
import { changeRequestOf } from '../idempotency.ts';
import { idPage, rejectedWebhook, result, rowId } from '../schemas.ts';

/** Webhooks that could not be used: what they said, why that was no use, and trying them again. */
export function rejectedRoutes(webhooks: Webhooks, guard: Guard, readContent: ReadContent): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/api/rejected',
      {
        onRequest: guard('read_all'),
        schema: {
          summary: 'The webhooks that were set aside, with reason',
          tags: ['administration'],
          querystring: idPage,
          response: { 200: z.array(rejectedWebhook) },
        },
      },
      async ({ query }) =>
        (await webhooks.setAside(query.after, query.limit)).map((webhook) => ({
          id: webhook.id,
          webhook_id: webhook.webhookId,
          topic: webhook.topic,
          received_at: webhook.receivedAt.toISOString(),
          reason: webhook.reason,
          body: webhook.body,
        })),
    );

    app.post(
      '/api/rejected/:id/retry',
      {
        onRequest: guard('write'),
        schema: {
          summary: 'Takes up a webhook that was set aside',
          tags: ['administration'],
          params: z.object({ id: rowId }),
          response: { 200: result },
        },
      },
      async (request) => {
        const { success, message } = await webhooks.retry(changeRequestOf(request), request.params.id, readContent);
        return { success, message };
      },
    );
  };
}
