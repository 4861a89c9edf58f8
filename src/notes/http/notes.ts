import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { About } from '#notes/notes.ts';
import type { NotesService } from '#notes/service.ts';
import { noteView } from '#notes/views.ts';
import { changeRequestOf } from '#platform/audit-log/http/idempotency-key.ts';
import { customerId, orderId, reason, rowId } from '#platform/http/fields.ts';
import { announceNext, idCursor, sortedPageFields } from '#platform/http/pagination.ts';
import { note, noteText } from './schemas.ts';

const NOTE_CURSOR = idCursor('note');

const ONE_THREAD = 'names an order_id or a customer_id, and not both';

const search = z
  .strictObject({ order_id: orderId.optional(), customer_id: customerId.optional(), ...sortedPageFields(NOTE_CURSOR) })
  .refine((query) => (query.order_id === undefined) !== (query.customer_id === undefined), ONE_THREAD);

const newNote = z.union(
  [z.strictObject({ order_id: orderId, text: noteText }), z.strictObject({ customer_id: customerId, text: noteText })],
  { error: `${ONE_THREAD}, with a text` },
);

/** What operators write about orders and customers. A note is struck out rather than changed. */
export function noteRoutes(notes: NotesService): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/api/notes',
      {
        config: { access: ['read_all'] },
        schema: {
          summary: 'The notes on an order or a customer',
          tags: ['accounts'],
          querystring: search,
          errors: ['order_not_found'],
          response: { 200: z.array(note) },
        },
      },
      async ({ query: { limit, cursor: after, order, ...about } }, reply) => {
        const page = await notes.list(aboutOf(about), { limit, after, order });
        announceNext(reply, NOTE_CURSOR, page.next);
        return page.rows.map(noteView);
      },
    );

    app.post(
      '/api/notes',
      {
        config: { access: ['write', 'support'] },
        schema: {
          summary: 'Adds a note to an order or a customer',
          tags: ['changes'],
          body: newNote,
          errors: ['order_not_found', 'too_many_notes', 'idempotency_key_reused'],
          response: { 200: note },
        },
      },
      (request) => notes.add(changeRequestOf(request), aboutOf(request.body), request.body.text),
    );

    app.post(
      '/api/notes/:id/strike',
      {
        config: { access: ['write', 'support'] },
        schema: {
          summary: 'Strikes out a note, which stays to be read with the reason',
          tags: ['changes'],
          params: z.object({ id: rowId }),
          body: z.object({ reason: reason.min(1) }),
          errors: ['note_not_found', 'note_struck_already', 'idempotency_key_reused'],
          response: { 200: note },
        },
      },
      (request) => notes.strike(changeRequestOf(request), request.params.id, request.body.reason),
    );
  };
}

/** The schemas have seen to it that one of the two is there. */
function aboutOf(given: { order_id?: string | undefined; customer_id?: string | undefined }): About {
  const { order_id: orderId, customer_id: customerId } = given;
  return orderId === undefined ? { customerId: customerId ?? '' } : { orderId };
}
