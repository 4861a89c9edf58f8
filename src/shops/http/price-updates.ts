import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { changeRequestOf } from '#platform/audit-log/http/idempotency-key.ts';
import { currency, rowId } from '#platform/http/fields.ts';
import { announceNext, idCursor, pageFields } from '#platform/http/pagination.ts';
import type { PriceUpdates } from '#shops/prices/price-updates.ts';
import { PRICE_UPDATE_STATES } from '#shops/store/tables.ts';
import { priceUpdateView } from '#shops/views.ts';
import { PRICE_UPDATE_KINDS, priceUpdate } from './schemas.ts';

const PRICE_UPDATE_CURSOR = idCursor('price_update');

const byId = z.object({ id: rowId });
const search = z.strictObject({
  kind: z.enum(PRICE_UPDATE_KINDS).optional(),
  state: z.enum(PRICE_UPDATE_STATES).optional(),
  ...pageFields(PRICE_UPDATE_CURSOR),
});

/** What becomes of the shop's prices when a rate is set. */
export function priceUpdateRoutes(priceUpdates: PriceUpdates): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/api/price_updates',
      {
        config: { access: ['read_all'] },
        schema: {
          summary: 'What was and is to be done about the shop’s prices, newest first',
          tags: ['administration'],
          querystring: search,
          response: { 200: z.array(priceUpdate) },
        },
      },
      async ({ query: { kind, state, limit, cursor: after } }, reply) => {
        const page = await priceUpdates.page({ kind, state }, { limit, after });
        announceNext(reply, PRICE_UPDATE_CURSOR, page.next);
        return page.rows.map(priceUpdateView);
      },
    );

    app.get(
      '/api/price_updates/:id',
      {
        config: { access: ['read_all'] },
        schema: {
          summary: 'How far the shop’s prices follow a rate',
          tags: ['administration'],
          params: byId,
          errors: ['price_update_not_found'],
          response: { 200: priceUpdate },
        },
      },
      async ({ params }) => priceUpdateView(await priceUpdates.get(params.id)),
    );

    app.post(
      '/api/price_updates',
      {
        config: { access: ['write'] },
        schema: {
          summary: 'Has the shop show all its prices at the rate that holds for a currency',
          tags: ['administration'],
          body: z.strictObject({ currency }),
          errors: ['exchange_rate_not_found', 'exchange_rate_fixed', 'no_shop_for_prices', 'idempotency_key_reused'],
          response: { 200: priceUpdate },
        },
      },
      (request) => priceUpdates.start(changeRequestOf(request), request.body.currency),
    );

    app.post(
      '/api/price_updates/:id/retry',
      {
        config: { access: ['write'] },
        schema: {
          summary: 'Has a price update that failed, or waits, go on at once',
          tags: ['administration'],
          params: byId,
          errors: ['price_update_not_found', 'price_update_finished', 'idempotency_key_reused'],
          response: { 200: priceUpdate },
        },
      },
      (request) => priceUpdates.retry(changeRequestOf(request), request.params.id),
    );
  };
}
