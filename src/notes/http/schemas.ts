import * as z from 'zod';
import { isBlank, isShowable, MAX_NOTE_LENGTH } from '#notes/note-text.ts';
import { keptText, time } from '#platform/http/fields.ts';

/** The shapes of notes. */

export const noteText = keptText(MAX_NOTE_LENGTH)
  .refine((text) => !isBlank(text), 'must not be empty')
  .refine(isShowable, 'must not hold control characters other than the end of a line');

export const note = z.object({
  id: z.bigint(),
  /** What the note is about; the other of the two is null. */
  order_id: z.string().nullable(),
  customer_id: z.string().nullable(),
  author: z.string(),
  text: z.string(),
  created_at: time,
  struck_at: time.nullable(),
  struck_by: z.string().nullable(),
  strike_reason: z.string().nullable(),
});

/** What the events of this context say. */
export const eventPayloads = {
  NoteAdded: z.object({ note }),
  NoteStruck: z.object({ note }),
};
