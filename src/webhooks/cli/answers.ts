import * as z from 'zod';
import { nullableText, text, whole } from '#platform/cli/answers.ts';

/** What the server answers about webhook endpoints. */

export const endpoint = z.looseObject({
  id: whole,
  url: text,
  description: text,
  event_types: z.array(z.string()).nullable(),
  state: text,
  pause_reason: nullableText,
  failing_since: nullableText,
  delivered: whole,
  failed: whole,
  secret_created_at: text,
  previous_secret_until: nullableText,
  created_by: text,
  created_at: text,
});

export const endpointInFull = endpoint.extend({
  pending: whole,
  dead_letters: whole,
  oldest_waiting_at: nullableText,
});

export const endpointWithSecret = endpoint.extend({ secret: nullableText });

export const attempt = z.looseObject({
  id: whole,
  endpoint_id: whole,
  event_id: whole.nullable(),
  event_type: text,
  message_id: text,
  attempted_at: text,
  duration_ms: whole,
  status: whole.nullable(),
  answer: text,
  error: nullableText,
});

export const resent = z.looseObject({ event_id: whole });

export type EndpointAnswer = z.output<typeof endpoint>;
export type EndpointInFullAnswer = z.output<typeof endpointInFull>;
export type EndpointWithSecretAnswer = z.output<typeof endpointWithSecret>;
export type AttemptAnswer = z.output<typeof attempt>;
export type ResentAnswer = z.output<typeof resent>;
