import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { event, idPage } from '#platform/http/fields.ts';
import { parseJson } from '#platform/json.ts';
import type { OutboxService } from '#platform/outbox/service.ts';

/** Everything that happened. */
export function eventRoutes({ eventsAfter }: Pick<OutboxService, 'eventsAfter'>): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/api/events',
      {
        config: { access: ['read_all'] },
        schema: {
          summary: 'Everything that happened, oldest first',
          tags: ['administration'],
          querystring: idPage,
          response: { 200: z.array(event) },
        },
      },
      async ({ query }) =>
        (await eventsAfter(query.after, query.limit)).map(
          (stored) =>
            ({
              id: stored.id,
              type: stored.type,
              created_at: stored.createdAt.toISOString(),
              // It was written as its type says.
              payload: parseJson(stored.payload),
            }) as z.output<typeof event>,
        ),
    );
  };
}
