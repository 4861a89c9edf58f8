import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { changeRequestOf } from '#platform/audit-log/http/idempotency-key.ts';
import { reason } from '#platform/http/fields.ts';
import type { PullPaymentsService } from '#pull-payments/service-type.ts';
import { pointerParams } from './pull-pointers.ts';
import { pullPointer } from './schemas.ts';
import { hasWholeAsset, termsChange, termsChangeFrom } from './term-fields.ts';
import { pullPointerView } from './views.ts';

const withReason = z.strictObject({ reason: reason.min(1) });

const update = z
  .strictObject({ ...termsChange, reason: reason.min(1) })
  .refine(hasWholeAsset, 'asset_code and asset_scale can only be updated together')
  .refine(({ reason: _, ...change }) => Object.keys(change).length > 0, 'names nothing to update');

/** What operators change of pull pointers. */
export function pointerChangeRoutes(service: PullPaymentsService, host: string | null): FastifyPluginAsyncZod {
  return async (app) => {
    for (const { verb, summary } of STATE_CHANGES) {
      app.post(
        `/api/pull_pointers/:id/${verb}`,
        {
          config: { access: ['write'] },
          schema: {
            summary,
            tags: ['pull payments'],
            params: pointerParams,
            body: withReason,
            errors: ['pull_pointer_not_found', 'pull_pointer_cancelled', 'idempotency_key_reused'],
            response: { 200: pullPointer },
          },
        },
        async (request) => {
          const { id } = request.params;
          return pullPointerView(await service[verb](changeRequestOf(request), id, request.body.reason), host);
        },
      );
    }

    app.post(
      '/api/pull_pointers/:id/update',
      {
        config: { access: ['write'] },
        schema: {
          summary: 'Changes the terms of a pull pointer; what was pulled stays',
          tags: ['pull payments'],
          params: pointerParams,
          body: update,
          errors: [
            'pull_pointer_not_found',
            'pull_pointer_cancelled',
            'pull_terms_refused',
            'no_rate_between_assets',
            'idempotency_key_reused',
          ],
          response: { 200: pullPointer },
        },
      },
      async (request) => {
        const { reason: why, ...given } = request.body;
        const { id } = request.params;
        return pullPointerView(await service.change(changeRequestOf(request), id, termsChangeFrom(given), why), host);
      },
    );
  };
}

const STATE_CHANGES = [
  { verb: 'pause', summary: 'Pauses a pull pointer: nothing can be pulled until it is resumed' },
  { verb: 'resume', summary: 'Resumes a paused pull pointer' },
  { verb: 'cancel', summary: 'Cancels a pull pointer for good, also on connections that are open' },
] as const;
