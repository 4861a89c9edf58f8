import * as z from 'zod';
import { isBlank, isShowable, MAX_NOTE_LENGTH } from '#notes/note-text.ts';
import type { About } from '#notes/notes.ts';
import { customerId, orderId, rowId } from '#platform/http/fields.ts';
import { type Html, html } from '#platform/http/html.ts';
import type { Visitor } from '#platform/http/pages/visitors.ts';
import { type AnyPage, type ConsolePorts, defineForm, type MakePages, maySee, type Visit } from '#support/http/page.ts';
import { actionPage, field, reasonField, requiredReason, typedText } from './form-page.ts';

/** What people write about orders and customers, for their colleagues. */

export const NOTE_WRITERS = ['support', 'write'] as const;

const body = z.object({
  text: typedText(MAX_NOTE_LENGTH)
    .refine((text) => !isBlank(text), 'Write something')
    .refine(isShowable, 'There are control characters in it, which nobody could read'),
});

export const noteForms: MakePages = (ports) => [
  addForm(ports, '/orders/:id/notes', orderId, (id) => ({ orderId: id })),
  addForm(ports, '/customers/:id/notes', customerId, (id) => ({ customerId: id })),
  strikeForm(ports),
];

function addForm(
  { services: { notes } }: ConsolePorts,
  path: string,
  id: z.ZodType<string>,
  about: (id: string) => About,
): AnyPage {
  const page = path.replace('/:id/notes', '');
  return defineForm<{ id: string }, { text: string }>({
    path,
    title: 'Add a note',
    roles: NOTE_WRITERS,
    params: z.object({ id }),
    body,
    show: ({ params, link }, form) =>
      actionPage(form, {
        heading: `Add a note: ${page === '/orders' ? 'order' : 'customer'} ${params.id}`,
        sentence:
          'Colleagues read it here, in the tool and in exports. The customer never does. A note can be struck out later, and is never deleted.',
        fields: [
          field(form, { name: 'text', label: 'Note', maxLength: MAX_NOTE_LENGTH, isRequired: true, kind: 'text' }),
        ],
        button: 'Add the note',
        back: link(`${page}/${encodeURIComponent(params.id)}`),
      }),
    async submit({ params, change }, { text }) {
      await notes.add(change, about(params.id), text);
      return { to: `${page}/${encodeURIComponent(params.id)}`, notice: 'The note was added.' };
    },
  });
}

function strikeForm({ services: { notes } }: ConsolePorts): AnyPage {
  return defineForm<{ id: bigint }, { reason: string }>({
    path: '/notes/:id/strike',
    title: 'Strike out a note',
    roles: NOTE_WRITERS,
    params: z.object({ id: rowId }),
    body: z.object({ reason: requiredReason }),
    show: ({ params: { id }, link }, form) =>
      actionPage(form, {
        heading: `Strike out note ${id}`,
        sentence: 'The note stays where it is, struck out, with your name and the reason.',
        fields: [reasonField(form, 'Shown beside the note.')],
        button: 'Strike out the note',
        isDanger: true,
        back: link('/'),
      }),
    async submit({ params: { id }, change }, { reason }) {
      const note = await notes.strike(change, id, reason);
      const to =
        note.order_id === null
          ? `/customers/${encodeURIComponent(note.customer_id ?? '')}`
          : `/orders/${encodeURIComponent(note.order_id)}`;
      return { to, notice: 'The note is struck out.' };
    },
  });
}

/** The field for a new note, on the page of what it is about. */
export function noteField(visit: Visit & { visitor: Visitor }, page: string): Html | false {
  if (!maySee(visit.visitor, NOTE_WRITERS)) return false;
  return html`<form class="tall" method="post" action="${visit.link(`${page}/notes`)}">
<label>Add a note<textarea name="text" rows="2" maxlength="${MAX_NOTE_LENGTH}" required></textarea></label>
${visit.hidden()}<p><button>Save the note</button></p></form>`;
}
