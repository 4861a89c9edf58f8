import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { idPage, rangeOf } from '#platform/http/fields.ts';
import type { OutboxService } from '#platform/outbox/service.ts';
import { eventView } from './event-view.ts';
import { type EventPayloads, eventSchema } from './schemas.ts';

/** Everything that happened. */
export function eventRoutes(
  { eventsAfter }: Pick<OutboxService, 'eventsAfter'>,
  payloads: EventPayloads,
): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/api/events',
      {
        config: { access: ['read_all'] },
        schema: {
          summary: 'Everything that happened, oldest first',
          tags: ['administration'],
          querystring: idPage,
          response: { 200: z.array(eventSchema(payloads)) },
        },
      },
      async ({ query }) => (await eventsAfter(query.after, query.limit, rangeOf(query))).map(eventView),
    );
  };
}
