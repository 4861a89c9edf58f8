import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { Guard } from '#auth/http/guard.ts';
import type { Engine } from '#engine/engine.ts';
import { priceUpdateView, setRateView } from '#engine/views.ts';
import { changeRequestOf } from '#platform/audit-log/http/idempotency-key.ts';
import { PRICE_UPDATE_STATES } from '#platform/database/tables.ts';
import { currency, PRICE_UPDATE_KINDS, priceUpdate, rowId, setRate } from '#platform/http/fields.ts';
import { announceNext, idCursor, pageFields } from '#platform/http/pagination.ts';

const RATE_CURSOR = idCursor('rate');
const PRICE_UPDATE_CURSOR = idCursor('price_update');

const byId = z.object({ id: rowId });
const search = z.strictObject({
  kind: z.enum(PRICE_UPDATE_KINDS).optional(),
  state: z.enum(PRICE_UPDATE_STATES).optional(),
  ...pageFields(PRICE_UPDATE_CURSOR),
});

/** What becomes of the shop's prices when a rate is set, and the rates that were set. */
export function priceUpdateRoutes(
  { priceUpdates, exchangeRates }: Pick<Engine, 'priceUpdates' | 'exchangeRates'>,
  guard: Guard,
): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/api/exchange_rate/:currency/history',
      {
        onRequest: guard('read_all'),
        schema: {
          summary: 'The exchange rates that a currency has had, newest first',
          tags: ['administration'],
          params: z.object({ currency }),
          querystring: z.strictObject(pageFields(RATE_CURSOR)),
          response: { 200: z.array(setRate) },
        },
      },
      async ({ params, query: { limit, cursor: after } }, reply) => {
        const page = await exchangeRates.history(params.currency, { limit, after });
        announceNext(reply, RATE_CURSOR, page.next);
        return page.rows.map(setRateView);
      },
    );

    app.get(
      '/api/price_updates',
      {
        onRequest: guard('read_all'),
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
        onRequest: guard('read_all'),
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
        onRequest: guard('write'),
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
        onRequest: guard('write'),
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
