import type { EventType } from './events.ts';

/** The origin of an event: this server, for a customer or an operator, or the shop, which then knows of it already. */
export type EventOrigin = 'server' | 'shop';

/** The durable subscribers to events. The outbox keeps the list; contexts only query it. */
export interface Subscriptions {
  /** The names of the durable subscribers to events of a type and origin; `server` by default. */
  durableSubscribers(type: EventType, origin?: EventOrigin): readonly string[];
  /** The names of all durable subscribers. */
  allDurableSubscribers(): readonly string[];
}
