import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { OrderEvents } from '#engine/order-events.ts';
import { orderId } from '#platform/http/fields.ts';
import { announceNext, idCursor, pageFields } from '#platform/http/pagination.ts';
import { eventView } from '#platform/outbox/http/event-view.ts';
import { type EventPayloads, eventSchema } from '#platform/outbox/http/schemas.ts';

const EVENT_CURSOR = idCursor('event');

/** The events of single orders. */
export function orderEventRoutes(orderEvents: OrderEvents, payloads: EventPayloads): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/api/order/id/:order_id/events',
      {
        config: { access: ['read_all'] },
        schema: {
          summary: 'The events of an order and its payments, oldest first, in pages that may be empty',
          tags: ['accounts'],
          params: z.object({ order_id: orderId }),
          querystring: z.object({ cursor: pageFields(EVENT_CURSOR).cursor }),
          errors: ['order_not_found'],
          response: { 200: z.array(eventSchema(payloads)) },
        },
      },
      async ({ params, query }, reply) => {
        const page = await orderEvents.ofOrder(params.order_id, query.cursor);
        announceNext(reply, EVENT_CURSOR, page.next);
        return page.rows.map(eventView);
      },
    );
  };
}
