import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { callerOf } from '#platform/http/caller.ts';
import { result } from '#platform/http/fields.ts';
import type { Rescan } from '#shops/rescan.ts';

/** Fetches orders from the shop that its webhooks never delivered. */
export function rescanRoutes(rescan: Rescan): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/api/rescan_open_orders',
      {
        config: { access: ['write'] },
        schema: {
          summary: 'The progress of this instance’s current rescan of open orders',
          tags: ['changes'],
          response: { 200: z.object({ running: z.int(), read: z.int(), failed: z.int() }) },
        },
      },
      () => rescan.progress(),
    );

    app.post(
      '/api/rescan_open_orders',
      {
        config: { access: ['write'] },
        schema: {
          summary: 'Adds the shop’s open orders that are missing here',
          tags: ['changes'],
          errors: ['shop_not_configured', 'shop_unreachable'],
          response: { 200: z.array(result) },
        },
      },
      (request) => rescan.openOrders(callerOf(request).name),
    );
  };
}
