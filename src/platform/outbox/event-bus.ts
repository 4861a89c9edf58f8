import { EventEmitter } from 'node:events';
import type { Transaction } from '#platform/database/store.ts';
import { parseJson } from '#platform/json.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Events, EventType } from './events.ts';
import type { LeasedDelivery } from './store/deliveries.ts';
import type { StoredEvent } from './stored-event.ts';
import type { EventOrigin, Subscriptions } from './subscriptions.ts';

/** An event as a handler receives it. Integers of the payload beyond 2^53 are bigint, all others number. */
export interface EventMessage<Type extends EventType = EventType> {
  /** The same as in `GET /api/events`: a handler that stores it can recognise a repeat. */
  id: bigint;
  type: Type;
  createdAt: Date;
  payload: Events[Type];
}

/** @param signal is aborted when the handler takes too long; the delivery then counts as failed. */
export type EventHandler<Type extends EventType = EventType> = (
  event: EventMessage<Type>,
  signal: AbortSignal,
) => unknown;

export interface DurableOptions {
  /** Skips events of this origin: the shop need not be notified of its own changes. By default none are skipped. */
  exceptFrom?: EventOrigin | undefined;
}

/** With this a plugin registers its handlers. */
export interface EventRegistry {
  /**
   * Calls the handler once for each event of the type, right after the commit, in every instance. Events that were not
   * handled when the process ends are lost, and failures are only logged.
   */
  on<Type extends EventType>(type: Type, handler: EventHandler<Type>): void;
  /**
   * Calls the handler for each event of the type until it has succeeded once, across restarts, in the order of the
   * events of one order or payment. It may be called again after it succeeded, if the process died before the success
   * was saved, so it must check before it acts.
   * Events that it missed while its plugin was not loaded are delivered once it is loaded again.
   * @param subscriber identifies the handler in the database and must never change.
   */
  onDurable<Type extends EventType>(
    subscriber: string,
    type: Type,
    handler: EventHandler<Type>,
    options?: DurableOptions,
  ): void;
}

/** The subscribers of one dispatcher: those of the program itself, which the bus knows, or some that come and go. */
export interface Receivers {
  /** Concurrent deliveries to all of them. */
  readonly maxInFlight: number;
  /** Whether each of them has few pending deliveries, so that looking through those of one takes no time. */
  readonly areBounded: boolean;
  hasAny(): boolean;
  /** The names of those that can be called now, looked up in the transaction that leases their next delivery. */
  callable(tx: Transaction, inFlight: readonly LeasedDelivery[]): Promise<readonly string[]> | readonly string[];
  handlerOf(subscriber: string, type: EventType): EventHandler | undefined;
}

/**
 * Subscribers that come and go while the server runs, on any instance. Their context queues events for them and delivers
 * with a dispatcher of its own; what failed permanently is in the same list as that of all others.
 */
export interface SubscriberFamily {
  /** Of the names of all of them, and of no others. */
  readonly prefix: string;
  /** The names of those that there are. */
  names(tx: Transaction): Promise<readonly string[]>;
  /** Signals that one of them may have something to be delivered. */
  wake(): void;
}

interface DurableHandler extends DurableOptions {
  handle: EventHandler;
}

const ORIGINS: readonly EventOrigin[] = ['server', 'shop'];

/** Concurrent deliveries: one slow order does not delay the others, and the shop is not flooded. */
const MAX_IN_FLIGHT = 8;

const SUBSCRIBER_NAME = /^[a-z][a-z0-9-]{0,63}$/;

/** Knows which handlers are subscribed to which events. The dispatcher and the commit listener call them. */
export class EventBus implements EventRegistry, Subscriptions, Receivers {
  readonly maxInFlight = MAX_IN_FLIGHT;
  /** A shop that is out of reach may have any number of them. */
  readonly areBounded = false;
  readonly #emitter = new EventEmitter();
  readonly #durable: ReadonlyMap<EventType, Map<string, DurableHandler>>;
  /** By type and origin. */
  readonly #names = new Map<string, readonly string[]>();
  readonly #families: SubscriberFamily[] = [];
  readonly #log: Logger;

  /** @param types of the events that there are. */
  constructor(log: Logger, types: readonly EventType[]) {
    this.#log = log;
    this.#durable = new Map(types.map((type) => [type, new Map()]));
    this.#emitter.setMaxListeners(0);
  }

  on<Type extends EventType>(type: Type, handler: EventHandler<Type>): void {
    this.#emitter.on(type, (event: EventMessage<Type>) => {
      // The handler runs detached: neither its failure nor its slowness affects the request that caused the event.
      void Promise.resolve()
        .then(() => handler(event, AbortSignal.timeout(LIVE_HANDLER_TIMEOUT_MS)))
        .catch((error: unknown) => {
          this.#log.error({ err: error, eventId: event.id, type }, `A handler of ${type} events failed`);
        });
    });
  }

  onDurable<Type extends EventType>(
    subscriber: string,
    type: Type,
    handler: EventHandler<Type>,
    { exceptFrom }: DurableOptions = {},
  ): void {
    if (!SUBSCRIBER_NAME.test(subscriber)) {
      throw new Error(`A subscriber's name is lower-case letters, digits and hyphens; "${subscriber}" is not`);
    }
    const family = this.#families.find(({ prefix }) => subscriber.startsWith(prefix));
    if (family) throw new Error(`A subscriber's name can't begin with ${family.prefix}; "${subscriber}" does`);
    const handlers = this.#durable.get(type);
    if (handlers === undefined) throw new Error(`There is no event of the type ${type}`);
    if (handlers.has(subscriber)) throw new Error(`The subscriber ${subscriber} already handles ${type} events`);
    handlers.set(subscriber, { handle: handler as EventHandler, exceptFrom });
    for (const origin of ORIGINS) {
      const subscribed = [...handlers].filter(([, durable]) => durable.exceptFrom !== origin);
      this.#names.set(
        `${type} ${origin}`,
        subscribed.map(([name]) => name),
      );
    }
  }

  durableSubscribers(type: EventType, origin: EventOrigin = 'server'): readonly string[] {
    return this.#names.get(`${type} ${origin}`) ?? [];
  }

  /** The names of all durable subscribers. */
  allDurableSubscribers(): string[] {
    return [...new Set([...this.#durable.values()].flatMap((handlers) => [...handlers.keys()]))];
  }

  addFamily(family: SubscriberFamily): void {
    this.#families.push(family);
  }

  /** The names of all durable subscribers, those that come and go too. */
  async knownSubscribers(tx: Transaction): Promise<string[]> {
    const known = this.allDurableSubscribers();
    for (const family of this.#families) known.push(...(await family.names(tx)));
    return known;
  }

  /** Signals that there may be something to be delivered to those that come and go. */
  wakeFamilies(): void {
    for (const family of this.#families) family.wake();
  }

  hasAny(): boolean {
    return this.allDurableSubscribers().length > 0;
  }

  callable(): readonly string[] {
    return this.allDurableSubscribers();
  }

  /** The types of events that a subscriber handles. */
  typesOf(subscriber: string): EventType[] {
    return [...this.#durable].filter(([, handlers]) => handlers.has(subscriber)).map(([type]) => type);
  }

  handlerOf(subscriber: string, type: EventType): EventHandler | undefined {
    return this.#durable.get(type)?.get(subscriber)?.handle;
  }

  /** Calls the live handlers with events that were committed. */
  emit(events: readonly StoredEvent[]): void {
    for (const event of events) {
      if (this.#emitter.listenerCount(event.type) > 0) this.#emitter.emit(event.type, messageOf(event));
    }
  }
}

/** A live handler that takes longer has its signal aborted; the server does not wait for it. */
const LIVE_HANDLER_TIMEOUT_MS = 30_000;

export function messageOf(event: StoredEvent): EventMessage {
  return {
    id: event.id,
    type: event.type,
    createdAt: event.createdAt,
    payload: parseJson(event.payload) as EventMessage['payload'],
  };
}
