import type { Transaction } from '#platform/database/store.ts';
import { stringifyJson } from '#platform/json.ts';
import type { Events, EventType } from './events.ts';
import { eventRepository } from './store/events.ts';
import type { StoredEvent } from './stored-event.ts';
import type { EventOrigin, Subscriptions } from './subscriptions.ts';

/** Something that happened in a unit of work. */
export interface Happening<Type extends EventType> {
  type: Type;
  /** What it is about, such as an order's or a payment's id: subscribers get the events of one subject in order. */
  subject: string;
  payload: Events[Type];
  at: Date;
  /** The server by default. */
  origin?: EventOrigin;
}

/** Appends an event in the unit of work that caused it, with one pending delivery per durable subscriber. */
export function appendEvent<Type extends EventType>(
  tx: Transaction,
  subscriptions: Subscriptions,
  { type, subject, payload, at, origin }: Happening<Type>,
): Promise<StoredEvent> {
  return tx
    .use(eventRepository)
    .append(
      { type, subject, payload: stringifyJson(payload), createdAt: at },
      subscriptions.durableSubscribers(type, origin),
    );
}
