import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { callerOf } from '#platform/http/caller.ts';
import { currency, exchangeRate, nothing, positiveAmount } from '#platform/http/fields.ts';
import type { RatesService } from '#rates/service.ts';
import { exchangeRateView } from '#rates/views.ts';

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
