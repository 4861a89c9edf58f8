import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { callerOf } from '#platform/http/caller.ts';
import { currency, nothing, positiveAmount } from '#platform/http/fields.ts';
import { announceNext, idCursor, pageFields } from '#platform/http/pagination.ts';
import type { RatesService } from '#rates/service.ts';
import { exchangeRateView, setRateView } from '#rates/views.ts';
import { exchangeRate, setRate } from './schemas.ts';

const RATE_CURSOR = idCursor('rate');

/** The rates at which the shop's prices are converted to Tari. */
export function rateRoutes(rates: RatesService): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/api/exchange_rate/:currency',
      {
        config: { access: ['read_all'] },
        schema: {
          summary: 'The current exchange rate of a currency',
          tags: ['administration'],
          params: z.object({ currency }),
          errors: ['exchange_rate_not_found'],
          response: { 200: exchangeRate },
        },
      },
      async ({ params }) => exchangeRateView(await rates.get(params.currency)),
    );

    app.get(
      '/api/exchange_rates',
      {
        config: { access: ['read_all'] },
        schema: {
          summary: 'The current exchange rates of all currencies that have one',
          tags: ['administration'],
          response: { 200: z.array(exchangeRate) },
        },
      },
      async () => (await rates.all()).map(exchangeRateView),
    );

    app.get(
      '/api/exchange_rate/:currency/history',
      {
        config: { access: ['read_all'] },
        schema: {
          summary: 'The history of a currency’s exchange rates, newest first',
          tags: ['administration'],
          params: z.object({ currency }),
          querystring: z.strictObject(pageFields(RATE_CURSOR)),
          response: { 200: z.array(setRate) },
        },
      },
      async ({ params, query: { limit, cursor: after } }, reply) => {
        const page = await rates.history(params.currency, { limit, after });
        announceNext(reply, RATE_CURSOR, page.next);
        return page.rows.map(setRateView);
      },
    );

    app.post(
      '/api/exchange_rate',
      {
        config: { access: ['write'] },
        schema: {
          summary: 'Sets the exchange rate of a currency',
          tags: ['administration'],
          body: z.object({ currency, rate: positiveAmount }),
          errors: ['exchange_rate_fixed'],
          response: { 200: nothing },
        },
      },
      async (request, reply) => {
        await rates.set(request.body.currency, request.body.rate, callerOf(request).name);
        return reply.send();
      },
    );
  };
}
