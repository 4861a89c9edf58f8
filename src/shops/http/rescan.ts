import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { callerOf, type Guard } from '#auth/http/guard.ts';
import { result } from '#platform/http/fields.ts';
import type { Rescan } from '#shops/rescan.ts';

/** Asks the shop for orders that its webhooks never brought. */
export function rescanRoutes(rescan: Rescan, guard: Guard): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/api/rescan_open_orders',
      {
        onRequest: guard('write'),
        schema: {
          summary: 'Takes in the shop’s open orders that are missing here',
          tags: ['changes'],
          errors: ['shop_not_configured', 'shop_unreachable'],
          response: { 200: z.array(result) },
        },
      },
      (request) => rescan.openOrders(callerOf(request).name),
    );
  };
}
