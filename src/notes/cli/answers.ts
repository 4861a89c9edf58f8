import * as z from 'zod';
import { nullableText, whole } from '#platform/cli/answers.ts';

/** What the server answers about notes. */

export const note = z.looseObject({
  id: whole,
  order_id: nullableText,
  customer_id: nullableText,
  author: z.string(),
  text: z.string(),
  created_at: z.string(),
  struck_at: nullableText,
  struck_by: nullableText,
  strike_reason: nullableText,
});

export type NoteAnswer = z.output<typeof note>;
