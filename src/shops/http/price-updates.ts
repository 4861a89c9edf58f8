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

/** The updates of the shop's prices after a rate was set. */
export function priceUpdateRoutes(priceUpdates: PriceUpdates): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/api/price_updates',
      {
        config: { access: ['read_all'] },
        schema: {
          summary: 'The updates of the shop’s prices, newest first',
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
          summary: 'The progress of an update of the shop’s prices',
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
          summary: 'Updates all of the shop’s prices to the current rate of a currency',
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
          summary: 'Continues a failed or waiting price update immediately',
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
