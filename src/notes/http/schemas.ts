import * as z from 'zod';
import { keptText, time } from '#platform/http/fields.ts';

/** The shapes of notes. */

/** Room for a customer's mail; a full thread is still only some megabytes. */
export const MAX_NOTE_LENGTH = 4000;

/** Control characters other than line feed: terminals act on them, and they can hide or reorder other text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused.
const STEERING = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/;

export const noteText = keptText(MAX_NOTE_LENGTH)
  .refine((text) => text.trim() !== '', 'must not be empty')
  .refine((text) => !STEERING.test(text), 'must not hold control characters other than the end of a line');

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
