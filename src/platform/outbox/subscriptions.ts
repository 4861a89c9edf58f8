import type { EventType } from './events.ts';

/** Who brought an event about: this server, for a customer or an operator, or the shop itself, which knows of it then. */
export type EventOrigin = 'server' | 'shop';

/** Who must hear of events even across restarts. The outbox keeps the list; contexts only ask it. */
export interface Subscriptions {
  /** The names of the durable subscribers to a type of event that is of this origin; `server` unless told. */
  durableSubscribers(type: EventType, origin?: EventOrigin): readonly string[];
  /** The names of all durable subscribers. */
  allDurableSubscribers(): readonly string[];
}
