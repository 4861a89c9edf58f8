import * as z from 'zod';
import { nullableText, whole } from '#platform/cli/answers.ts';

/** What the server answers about events, and those who could not be told of them. */

export const event = z.looseObject({ id: whole, type: z.string(), created_at: z.string(), payload: z.unknown() });
export const deadLetter = z.looseObject({
  event_id: whole,
  subscriber: z.string(),
  type: z.string(),
  subject: z.string(),
  attempts: whole,
  last_error: nullableText,
  created_at: z.string(),
  updated_at: z.string(),
});
export const retried = z.looseObject({ retried: whole });
export const dismissed = z.looseObject({ dismissed: whole });
export const bulkDismissed = z.looseObject({ dismissed: whole, has_more: z.boolean() });

export type EventAnswer = z.output<typeof event>;
export type DeadLetterAnswer = z.output<typeof deadLetter>;
