import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { changeRequestOf } from '#platform/audit-log/http/idempotency-key.ts';
import { HttpError } from '#platform/http/errors.ts';
import { idPage, rangeOf, reason, rowId, time } from '#platform/http/fields.ts';
import { parseJson } from '#platform/json.ts';
import { MAX_DISMISSED_AT_ONCE } from '#platform/outbox/bulk-dismissal.ts';
import type { DeadLetters } from '#platform/outbox/dead-letters.ts';
import type { EventType } from '#platform/outbox/events.ts';
import { deadLetterSchema, type EventPayloads, subscriberName } from './schemas.ts';

const chosenSubscriber = {
  querystring: z.strictObject({ subscriber: subscriberName.optional() }),
  body: z.strictObject({ subscriber: subscriberName.nullish() }).nullish(),
};

/** Dismissing all dead letters takes an explicit `all`: a forgotten filter must not do it. */
const whichToDismiss = (payloads: EventPayloads) =>
  z
    .strictObject({
      all: z.literal(true).optional(),
      subscriber: subscriberName.nullish(),
      type: deadLetterSchema(payloads).shape.type.nullish(),
      /** The last event: dead letters of later ones stay. */
      up_to_event: z.int().min(0).nullish(),
      /** What failed permanently later stays, even if its event is an earlier one. */
      up_to_time: time.nullish(),
      reason,
    })
    .refine(({ all, subscriber, type }) => (all === true) !== Boolean(subscriber ?? type), {
      error: 'must name a subscriber, a type or both, or else say all: true',
    });

/** Listing, retrying and dismissing dead letters. */
export function deadLetterRoutes(deadLetters: DeadLetters, payloads: EventPayloads): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/api/dead_letters',
      {
        config: { access: ['read_all'] },
        schema: {
          summary: 'Events whose delivery to a subscriber failed permanently',
          tags: ['administration'],
          querystring: idPage,
          response: { 200: z.array(deadLetterSchema(payloads)) },
        },
      },
      async ({ query }) =>
        (await deadLetters.after(query.after, query.limit, rangeOf(query))).map(({ event, ...letter }) => ({
          event_id: event.id,
          subscriber: letter.subscriber,
          type: event.type,
          subject: event.subject,
          attempts: letter.attempts,
          last_error: letter.lastError,
          created_at: event.createdAt.toISOString(),
          updated_at: letter.updatedAt.toISOString(),
          payload: parseJson(event.payload),
        })),
    );

    app.post(
      '/api/dead_letters/:event_id/retry',
      {
        config: { access: ['write'] },
        schema: {
          summary: 'Delivers an event to its subscribers again',
          tags: ['administration'],
          ...chosenSubscriber,
          errors: ['dead_letter_not_found', 'idempotency_key_reused'],
          params: z.object({ event_id: rowId }),
          response: { 200: z.object({ retried: z.int() }) },
        },
      },
      async (request) => {
        const subscriber = oneOf(request.query.subscriber, request.body?.subscriber ?? undefined);
        return { retried: await deadLetters.retry(changeRequestOf(request), request.params.event_id, subscriber) };
      },
    );

    app.post(
      '/api/dead_letters/:event_id/dismiss',
      {
        config: { access: ['write'] },
        schema: {
          summary: 'Gives up delivering an event to the subscribers that failed',
          tags: ['administration'],
          params: z.object({ event_id: rowId }),
          body: z.strictObject({ subscriber: subscriberName.nullish(), reason }),
          errors: ['dead_letter_not_found', 'idempotency_key_reused'],
          response: { 200: z.object({ dismissed: z.int() }) },
        },
      },
      async (request) => {
        const { subscriber, reason } = request.body;
        const change = changeRequestOf(request);
        const { event_id: eventId } = request.params;
        return { dismissed: await deadLetters.dismiss(change, eventId, subscriber ?? undefined, reason) };
      },
    );

    app.post(
      '/api/dead_letters/dismiss',
      {
        config: { access: ['write'] },
        schema: {
          summary: 'Gives up many dead letters at once: all of them, or those of a subscriber or of a type',
          description: `Up to ${MAX_DISMISSED_AT_ONCE} at once, the oldest events first; has_more says that there are others, for the next call.`,
          tags: ['administration'],
          body: whichToDismiss(payloads),
          errors: ['idempotency_key_reused'],
          response: { 200: z.object({ dismissed: z.int(), has_more: z.boolean() }) },
        },
      },
      async (request) => {
        const { subscriber, type, up_to_event: last, up_to_time: latest, reason } = request.body;
        const filter = {
          subscriber: subscriber ?? undefined,
          type: (type ?? undefined) as EventType | undefined,
          upToEvent: last === undefined || last === null ? undefined : BigInt(last),
          upToTime: latest === undefined || latest === null ? undefined : new Date(latest),
        };
        const { dismissed, hasMore } = await deadLetters.dismissMatching(changeRequestOf(request), filter, reason);
        return { dismissed, has_more: hasMore };
      },
    );
  };
}

/** The subscriber may be named in the query or the body; if it is in both, they must agree. */
function oneOf(inQuery: string | undefined, inBody: string | undefined): string | undefined {
  if (inQuery !== undefined && inBody !== undefined && inQuery !== inBody) {
    throw new HttpError('invalid_request', 'query and body name different subscribers.');
  }
  return inQuery ?? inBody;
}
