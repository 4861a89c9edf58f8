import type { EventType } from './events.ts';

export interface NewEvent {
  type: EventType;
  /** What the event is about, an order's or a payment's id. */
  subject: string;
  /** JSON text. */
  payload: string;
  createdAt: Date;
}

export interface StoredEvent extends NewEvent {
  /** Counts from 1 in the order of the commits. */
  id: bigint;
}
