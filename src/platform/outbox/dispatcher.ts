import type { Clock } from '#platform/clock.ts';
import type { Store } from '#platform/database/store.ts';
import type { Logger } from '#platform/logging/logger.ts';
import { MOST_ATTEMPTS, pauseAfterMs } from '#platform/timers/backoff.ts';
import { Loop, pauseUntilMs } from '#platform/timers/polling-loop.ts';
import { StorefrontError } from '#shops/shop-connector.ts';
import { type EventBus, messageOf } from './event-bus.ts';
import type { HeldDelivery } from './store/deliveries.ts';

/** How long a handler may take. */
const HANDLER_TIMEOUT_MS = 25_000;

/** Whoever dies with a delivery in hand holds it no longer than this; instances whose clocks differ by less agree. */
const HELD_FOR_MS = 12_000;

/** So often a hold is made longer while the handler is busy. */
const HOLD_ON_EVERY_MS = 4_000;

/** Deliveries in hand at once: one slow order does not hold up the others, and a shop is not flooded. */
const MOST_IN_HAND = 8;

/** How long to sleep when nothing is known to be due: another process may add something. */
const LONGEST_SLEEP_MS = 10_000;

/** After the database refused, before it is asked again. */
const STORE_PAUSE_MS = 2_000;

/** The longest text of an error that is kept with its delivery. */
const LONGEST_ERROR = 1_000;

export interface DispatcherPorts {
  store: Store;
  bus: EventBus;
  clock: Clock;
  /** Evenly from 0 up to 1. */
  random: () => number;
  /** A new name for each take of a delivery, such as no instance ever gave. */
  makeHold: () => string;
  log: Logger;
}

/** Carries events to their durable subscribers until each has succeeded once. */
export class Dispatcher {
  readonly #ports: DispatcherPorts;
  readonly #inHand = new Map<HeldDelivery, Promise<void>>();
  readonly #loop: Loop;

  constructor(ports: DispatcherPorts) {
    this.#ports = ports;
    this.#loop = new Loop(
      () => this.#startNext(),
      (error) => {
        ports.log.error({ err: error }, 'The outbox cannot reach the database; it tries again in a moment');
        return STORE_PAUSE_MS;
      },
    );
  }

  /** Starts carrying. Without subscribers there is nothing to carry, and nothing runs. */
  start(): void {
    if (this.#ports.bus.allDurableSubscribers().length > 0) this.#loop.start();
  }

  /** Says that there may be something new. */
  wake(): void {
    this.#loop.wake();
  }

  /** Takes nothing more, and waits for what is in hand. */
  async stop(): Promise<void> {
    await this.#loop.stop();
    await Promise.all(this.#inHand.values());
  }

  /** Carries one delivery that is due, if there is one. Answers the id of its event, so that tests drive it by hand. */
  async processNext(): Promise<bigint | undefined> {
    const delivery = await this.#take();
    if (delivery === undefined) return undefined;
    await this.#carry(delivery);
    return delivery.event.id;
  }

  /** Answers how long there is nothing to do after it. */
  async #startNext(): Promise<number> {
    const delivery = this.#inHand.size < MOST_IN_HAND ? await this.#take() : undefined;
    if (delivery === undefined) return this.#sleepMs();
    this.#startCarrying(delivery);
    return 0;
  }

  #startCarrying(delivery: HeldDelivery): void {
    const carried: Promise<void> = this.#carry(delivery)
      .catch((error: unknown) => {
        this.#ports.log.error(
          { err: error, eventId: delivery.event.id },
          'How a delivery ended could not be noted; it is repeated',
        );
      })
      .finally(() => {
        this.#inHand.delete(delivery);
        this.wake();
      });
    this.#inHand.set(delivery, carried);
  }

  async #take(): Promise<HeldDelivery | undefined> {
    const { store, bus, clock, makeHold } = this.#ports;
    const subscribers = bus.allDurableSubscribers();
    const now = clock.now();
    const heldUntil = new Date(now.getTime() + HELD_FOR_MS);
    const hold = makeHold();
    // Where the clock leaps, or the database was out of reach, a hold is over although a call is still on its way. Another
    // about the same subject must not reach the subscriber beside it.
    const overdue = [...this.#inHand.keys()].filter((delivery) => delivery.heldUntil <= now);
    const taken = await store.run(async (tx) => {
      for (const delivery of overdue) await tx.deliveries.holdOn(delivery, heldUntil);
      return tx.deliveries.takeNext(subscribers, now, { hold, heldUntil });
    });
    for (const delivery of overdue) delivery.heldUntil = heldUntil;
    return taken;
  }

  /** Answers false where it is lost. */
  async #holdOn(delivery: HeldDelivery): Promise<boolean> {
    const { store, clock } = this.#ports;
    const heldUntil = new Date(clock.now().getTime() + HELD_FOR_MS);
    const isHeld = await store.run((tx) => tx.deliveries.holdOn(delivery, heldUntil));
    delivery.heldUntil = heldUntil;
    return isHeld;
  }

  async #carry(delivery: HeldDelivery): Promise<void> {
    const { store, clock } = this.#ports;
    const error = await this.#callHandler(delivery);
    const now = clock.now();
    const outcome = error === undefined ? DONE(now) : this.#afterFailure(delivery, error, now);
    await store.run((tx) => tx.deliveries.settle(delivery, outcome, now));
  }

  async #callHandler(delivery: HeldDelivery): Promise<unknown> {
    const { event, subscriber } = delivery;
    const handler = this.#ports.bus.handlerOf(subscriber, event.type);
    if (handler === undefined) return new Error(`The subscriber ${subscriber} no longer handles ${event.type} events`);
    const lost = new AbortController();
    const holdOn = async () => {
      // Where the database is out of reach, it is asked again, and may have given the delivery to nobody.
      if (!(await this.#holdOn(delivery).catch(() => true))) lost.abort();
    };
    const holding = setInterval(holdOn, HOLD_ON_EVERY_MS).unref();
    const signal = AbortSignal.any([AbortSignal.timeout(HANDLER_TIMEOUT_MS), lost.signal]);
    try {
      await Promise.race([Promise.resolve(handler(messageOf(event), signal)), rejectOn(signal)]);
      return undefined;
    } catch (error) {
      return error ?? new Error('The handler failed without a reason');
    } finally {
      clearInterval(holding);
    }
  }

  #afterFailure(delivery: HeldDelivery, error: unknown, now: Date) {
    const { event, subscriber, attempts } = delivery;
    const isOfTheShop = error instanceof StorefrontError;
    // A shop that cannot be reached says all in its sentence; anything else is a bug, whose stack is wanted.
    const err = isOfTheShop ? undefined : error;
    const fields = { err, eventId: event.id, type: event.type, subject: event.subject, subscriber, attempts };
    const lastError = (error instanceof Error ? error.message : String(error)).slice(0, LONGEST_ERROR);
    const isHopeless = isOfTheShop && !error.retryable;
    if (isHopeless || attempts >= MOST_ATTEMPTS) {
      this.#ports.log.error(
        fields,
        `${event.type} of ${event.subject} could not be told to ${subscriber}: ${lastError} Somebody must look at it.`,
      );
      return { state: 'dead' as const, nextAttemptAt: now, lastError };
    }
    const pause = pauseAfterMs(attempts, this.#ports.random, isOfTheShop ? error.retryAfterMs : undefined);
    this.#ports.log.warn(
      fields,
      `${event.type} of ${event.subject} could not be told to ${subscriber} yet; next try in ${Math.ceil(pause / 1000)} s: ${lastError}`,
    );
    return { state: 'pending' as const, nextAttemptAt: new Date(now.getTime() + pause), lastError };
  }

  async #sleepMs(): Promise<number> {
    const { store, bus, clock } = this.#ports;
    if (this.#inHand.size >= MOST_IN_HAND) return LONGEST_SLEEP_MS;
    const now = clock.now();
    const dueAt = await store.read((tx) => tx.deliveries.nextDueAt(bus.allDurableSubscribers(), now));
    // What has become due since we looked is taken in the next round.
    return pauseUntilMs(dueAt, now, LONGEST_SLEEP_MS);
  }
}

const DONE = (now: Date) => ({ state: 'done' as const, nextAttemptAt: now, lastError: null });

function rejectOn(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener(
      'abort',
      () => reject(new Error(`It took longer than ${HANDLER_TIMEOUT_MS / 1000} s, or was lost`)),
      {
        once: true,
      },
    );
  });
}
