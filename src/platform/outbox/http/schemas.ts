import * as z from 'zod';
import { keptText, time } from '#platform/http/fields.ts';
import type { EventView } from './event-view.ts';

/** The payload schemas of events by type: each context has those of its own events. */
export type EventPayloads = Readonly<Record<string, z.ZodObject>>;

/** @throws {Error} if two contexts have an event of the same type. */
export function joinEventPayloads(parts: readonly EventPayloads[]): EventPayloads {
  const all = new Map<string, z.ZodObject>();
  for (const [type, payload] of parts.flatMap((part) => Object.entries(part))) {
    if (all.has(type)) throw new Error(`Two contexts have an event of the type ${type}`);
    all.set(type, payload);
  }
  return Object.fromEntries(all);
}

/** An event of any type. */
export function eventSchema(payloads: EventPayloads): z.ZodType<EventView> {
  const events = Object.entries(payloads).map(([type, payload]) =>
    z.object({ id: z.bigint(), type: z.literal(type), created_at: time, payload }),
  );
  const [first, ...others] = events;
  if (first === undefined) throw new Error('No context has events');
  return z.discriminatedUnion('type', [first, ...others]);
}

/** A durable subscriber's name, such as the shop's. */
export const subscriberName = keptText(64).min(1);

/** An event whose delivery to a subscriber failed permanently. */
export function deadLetterSchema(payloads: EventPayloads) {
  return z.object({
    event_id: z.bigint(),
    subscriber: z.string(),
    type: z.enum(Object.keys(payloads)),
    subject: z.string(),
    attempts: z.int(),
    last_error: z.string().nullable(),
    created_at: time,
    updated_at: time,
    payload: z.unknown(),
  });
}

/** Its part of GET /health/ready. */
export const readiness = {
  outbox: z.object({ pending: z.int(), dead_letters: z.int(), lag_seconds: z.int() }),
};
