import type { z } from 'zod';
import type { event } from '#platform/http/fields.ts';
import { parseJson } from '#platform/json.ts';
import type { StoredEvent } from './stored-event.ts';

/** An event as the API shows it. */
export function eventView({ id, type, createdAt, payload }: StoredEvent): z.output<typeof event> {
  // The payload was written according to its type.
  return { id, type, created_at: createdAt.toISOString(), payload: parseJson(payload) } as z.output<typeof event>;
}
