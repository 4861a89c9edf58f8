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
  /** Which take has it in hand; null where nobody has. */
  hold: string | null;
  /** While somebody has it in hand, until when. */
  next_attempt_at: string;
  last_error: string | null;
  updated_at: string;
}
