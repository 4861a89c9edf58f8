import * as z from 'zod';
import { keptText, time } from '#platform/http/fields.ts';
import { MAX_ANSWER_BYTES, MAX_URL_LENGTH } from '#webhooks/limits.ts';

/** The shapes of webhook endpoints. */

/** A name for people. */
export const MAX_DESCRIPTION_LENGTH = 200;

/** More than there are. */
const MAX_EVENT_TYPES = 200;

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused.
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/;

export const description = keptText(MAX_DESCRIPTION_LENGTH).refine(
  (text) => !CONTROL_CHARACTERS.test(text),
  'must not hold control characters',
);

export const url = keptText(MAX_URL_LENGTH).min(1);

/** Some types of events, or null for all, those of later versions too. */
export function eventTypes(known: readonly string[]) {
  return z
    .array(z.enum(known as [string, ...string[]]))
    .min(1)
    .max(MAX_EVENT_TYPES)
    .refine((types) => new Set(types).size === types.length, 'must not name a type twice')
    .nullable();
}

const shown = {
  id: z.bigint(),
  description: z.string(),
  /** Null for all. */
  event_types: z.array(z.string()).nullable(),
  state: z.enum(['active', 'paused', 'removed']),
  pause_reason: z.string().nullable(),
  /** Since when every attempt has failed. */
  failing_since: time.nullable(),
  secret_created_at: time,
  /** Until then messages are signed with the previous secret too. */
  previous_secret_until: time.nullable(),
  created_by: z.string(),
  created_at: time,
};

export const endpoint = z.object({
  ...shown,
  url: z.string(),
  /** Attempts so far. */
  delivered: z.bigint(),
  failed: z.bigint(),
});

/** With what has not been delivered. */
export const endpointInFull = endpoint.extend({
  pending: z.int(),
  dead_letters: z.int(),
  oldest_waiting_at: time.nullable(),
});

/** The secret is shown once; null in the answer to a request that is repeated after another secret was made. */
export const endpointWithSecret = endpoint.extend({ secret: z.string().nullable() });

export const attempt = z.object({
  id: z.bigint(),
  endpoint_id: z.bigint(),
  /** Null for a test. */
  event_id: z.bigint().nullable(),
  event_type: z.string(),
  message_id: z.string(),
  attempted_at: time,
  duration_ms: z.int(),
  /** Null if no answer came. */
  status: z.int().nullable(),
  answer: z.string().meta({ description: `The first ${MAX_ANSWER_BYTES} bytes.` }),
  /** Null if it was delivered. */
  error: z.string().nullable(),
});

const ofEndpoint = z.object({ webhook_endpoint: z.object({ ...shown, origin: z.string() }) });

/** What the events of this context say. */
export const eventPayloads = {
  WebhookEndpointAdded: ofEndpoint,
  WebhookEndpointChanged: ofEndpoint,
  WebhookEndpointPaused: ofEndpoint,
  WebhookEndpointResumed: ofEndpoint,
  WebhookEndpointRemoved: ofEndpoint,
  WebhookSecretRotated: ofEndpoint,
};

/** Its part of GET /health/ready. */
export const readiness = {
  webhook_endpoints: z.object({ active: z.int(), paused: z.int(), failing: z.int() }),
};
