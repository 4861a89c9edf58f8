import type { Generated } from 'kysely';
import type { EventType } from '#platform/outbox/events.ts';

export const DELIVERY_STATES = ['pending', 'done', 'dead'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

export interface OutboxTables {
  events: EventsTable;
  deliveries: DeliveriesTable;
}

interface EventsTable {
  id: Generated<bigint>;
  type: EventType;
  /** What the event is about, an order's or a payment's id: deliveries keep the order of events with the same subject. */
  subject: string;
  payload: string;
  created_at: string;
}

interface DeliveriesTable {
  event_id: bigint;
  subscriber: string;
  subject: string;
  state: DeliveryState;
  attempts: bigint;
  /** The token of its lease; null if it is not leased. */
  hold: string | null;
  /** While it is leased, when the lease expires. */
  next_attempt_at: string;
  last_error: string | null;
  updated_at: string;
}
