import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { changeRequestOf } from '#platform/audit-log/http/idempotency-key.ts';
import { keptText } from '#platform/http/fields.ts';
import { announceNext, idCursor, sortedPageFields } from '#platform/http/pagination.ts';
import { queryTime } from '#platform/http/query-time.ts';
import type { PullPaymentsService } from '#pull-payments/service-type.ts';
import { AGREEMENT_STATES, pullPointer, pullPointerDetail } from './schemas.ts';
import { newTerms, newTermsFrom } from './term-fields.ts';
import { pullPointerDetailView, pullPointerView } from './views.ts';

const POINTER_CURSOR = idCursor('pull_pointer');

const MAX_SEARCHED_LENGTH = 500;

const search = z.strictObject({
  state: z.enum(AGREEMENT_STATES).optional(),
  asset_code: keptText(MAX_SEARCHED_LENGTH).optional(),
  reference: keptText(MAX_SEARCHED_LENGTH).optional(),
  since: queryTime.optional(),
  ...sortedPageFields(POINTER_CURSOR),
});

/** In a path. */
export const pointerParams = z.object({
  id: z
    .string()
    .regex(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'must be the id of a pull pointer as lists show it'),
});

/**
 * Who reads the id of a pull pointer can pull with it, so that reading takes the right to change.
 * @param host what pointers begin with; null while pull payments are off.
 */
export function pullPointerRoutes(service: PullPaymentsService, host: string | null): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/api/pull_pointers',
      {
        config: { access: ['write'] },
        schema: {
          summary: 'The pull pointers, cancelled and expired ones too',
          tags: ['pull payments'],
          querystring: search,
          response: { 200: z.array(pullPointer) },
        },
      },
      async ({ query: { limit, cursor: after, order, state, asset_code: assetCode, reference, since } }, reply) => {
        const filter = { state, assetCode, reference, createdSince: since };
        const page = await service.list(filter, { limit, after, order });
        announceNext(reply, POINTER_CURSOR, page.next);
        return page.rows.map((agreement) => pullPointerView(agreement, host));
      },
    );

    app.post(
      '/api/pull_pointers',
      {
        config: { access: ['write'] },
        schema: {
          summary: 'Makes a pull pointer, with which its payee pulls an amount in each interval',
          tags: ['pull payments'],
          body: newTerms,
          errors: ['pull_terms_refused', 'idempotency_key_reused'],
          response: { 200: pullPointer },
        },
      },
      async (request) =>
        pullPointerView(await service.createFor(changeRequestOf(request), newTermsFrom(request.body)), host),
    );

    app.get(
      '/api/pull_pointers/:id',
      {
        config: { access: ['write'] },
        schema: {
          summary: 'A pull pointer with its balances and all terms that were ever in force',
          tags: ['pull payments'],
          params: pointerParams,
          errors: ['pull_pointer_not_found'],
          response: { 200: pullPointerDetail },
        },
      },
      async ({ params }) => pullPointerDetailView(await service.get(params.id), host),
    );
  };
}
