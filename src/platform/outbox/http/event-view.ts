import { parseJson } from '#platform/json.ts';
import type { StoredEvent } from '#platform/outbox/stored-event.ts';

/** An event as the API shows it. */
export interface EventView {
  id: bigint;
  type: string;
  created_at: string;
  /** It was written according to its type. */
  payload: unknown;
}

export function eventView({ id, type, createdAt, payload }: StoredEvent): EventView {
  return { id, type, created_at: createdAt.toISOString(), payload: parseJson(payload) };
}
