import { EventEmitter } from 'node:events';
import { parseJson } from '#platform/json.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Events, EventType } from './events.ts';
import type { StoredEvent } from './stored-event.ts';
import type { EventOrigin, Subscriptions } from './subscriptions.ts';

/** An event as a handler gets it. Whole numbers of the payload past 2^53 are bigint, others number. */
export interface EventMessage<Type extends EventType = EventType> {
  /** The same as in `GET /api/events`: a handler that keeps it can tell a repeat. */
  id: bigint;
  type: Type;
  createdAt: Date;
  payload: Events[Type];
}

/** @param signal is aborted when the handler takes too long; what it does after that counts as failed. */
export type EventHandler<Type extends EventType = EventType> = (
  event: EventMessage<Type>,
  signal: AbortSignal,
) => unknown;

export interface DurableOptions {
  /** Events of this origin are not told: a shop need not hear of what it did itself. All are told where it is left out. */
  exceptFrom?: EventOrigin | undefined;
}

/** What a plugin is given to register its handlers with. */
export interface EventRegistry {
  /**
   * Calls the handler once for each event of the type, right after the commit, on each of several instances. What was not
   * told when the process ends is not told later, and a failure is only logged.
   */
  on<Type extends EventType>(type: Type, handler: EventHandler<Type>): void;
  /**
   * Calls the handler for each event of the type until it has succeeded once, across restarts, in the order of the
   * events of one order or payment. It may be called again after it succeeded, if the process died before that was
   * noted, so it must check before it acts.
   * What it missed while it was not loaded it is told when it is loaded again, from its last event on.
   * @param subscriber names the handler for ever: under this name the database remembers what it has done.
   */
  onDurable<Type extends EventType>(
    subscriber: string,
    type: Type,
    handler: EventHandler<Type>,
    options?: DurableOptions,
  ): void;
}

interface DurableHandler extends DurableOptions {
  handle: EventHandler;
}

const ORIGINS: readonly EventOrigin[] = ['server', 'shop'];

const SUBSCRIBER_NAME = /^[a-z][a-z0-9-]{0,63}$/;

/** Knows who wants to hear of what. The dispatcher and the commit listener do the telling. */
export class EventBus implements EventRegistry, Subscriptions {
  readonly #emitter = new EventEmitter();
  readonly #durable: ReadonlyMap<EventType, Map<string, DurableHandler>>;
  /** By type and origin. */
  readonly #names = new Map<string, readonly string[]>();
  readonly #log: Logger;

  /** @param types of the events that there are. */
  constructor(log: Logger, types: readonly EventType[]) {
    this.#log = log;
    this.#durable = new Map(types.map((type) => [type, new Map()]));
    this.#emitter.setMaxListeners(0);
  }

  on<Type extends EventType>(type: Type, handler: EventHandler<Type>): void {
    this.#emitter.on(type, (event: EventMessage<Type>) => {
      // The handler runs on its own: neither its failure nor its slowness reaches the request that caused the event.
      void Promise.resolve()
        .then(() => handler(event, AbortSignal.timeout(LIVE_HANDLER_TIMEOUT_MS)))
        .catch((error: unknown) => {
          this.#log.error({ err: error, eventId: event.id, type }, `A handler of ${type} events has failed`);
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
    const handlers = this.#durable.get(type);
    if (handlers === undefined) throw new Error(`There is no event of the type ${type}`);
    if (handlers.has(subscriber)) throw new Error(`The subscriber ${subscriber} already handles ${type} events`);
    handlers.set(subscriber, { handle: handler as EventHandler, exceptFrom });
    for (const origin of ORIGINS) {
      const hearing = [...handlers].filter(([, durable]) => durable.exceptFrom !== origin);
      this.#names.set(
        `${type} ${origin}`,
        hearing.map(([name]) => name),
      );
    }
  }

  durableSubscribers(type: EventType, origin: EventOrigin = 'server'): readonly string[] {
    return this.#names.get(`${type} ${origin}`) ?? [];
  }

  /** Every name under which something durable was registered. */
  allDurableSubscribers(): string[] {
    return [...new Set([...this.#durable.values()].flatMap((handlers) => [...handlers.keys()]))];
  }

  /** The types of events that a subscriber handles. */
  typesOf(subscriber: string): EventType[] {
    return [...this.#durable].filter(([, handlers]) => handlers.has(subscriber)).map(([type]) => type);
  }

  handlerOf(subscriber: string, type: EventType): EventHandler | undefined {
    return this.#durable.get(type)?.get(subscriber)?.handle;
  }

  /** Tells the live handlers of what was committed. */
  emit(events: readonly StoredEvent[]): void {
    for (const event of events) {
      if (this.#emitter.listenerCount(event.type) > 0) this.#emitter.emit(event.type, messageOf(event));
    }
  }
}

/** A live handler that takes longer is told so by its signal; nobody waits for it. */
const LIVE_HANDLER_TIMEOUT_MS = 30_000;

export function messageOf(event: StoredEvent): EventMessage {
  return {
    id: event.id,
    type: event.type,
    createdAt: event.createdAt,
    payload: parseJson(event.payload) as EventMessage['payload'],
  };
}
