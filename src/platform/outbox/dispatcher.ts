import type { Clock } from '#platform/clock.ts';
import type { Store } from '#platform/database/store.ts';
import type { Logger } from '#platform/logging/logger.ts';
import { MAX_ATTEMPTS, pauseAfterMs } from '#platform/timers/backoff.ts';
import { PollingLoop, pauseUntilMs } from '#platform/timers/polling-loop.ts';
import { DeliveryError } from './delivery-error.ts';
import { messageOf, type Receivers } from './event-bus.ts';
import { deliveryRepository, type LeasedDelivery } from './store/deliveries.ts';

/** How long a handler may take. */
const HANDLER_TIMEOUT_MS = 25_000;

/** How long a lease lasts: a crashed worker's deliveries are available again after it. It must exceed the clock skew between instances. */
const LEASE_MS = 12_000;

/** How often a lease is renewed while the handler is busy. */
const RENEW_EVERY_MS = 4_000;

/** How long to sleep when no delivery is known to be due: another process may add one. */
const MAX_SLEEP_MS = 10_000;

/** The pause after the database was unavailable. */
const STORE_PAUSE_MS = 2_000;

/** How much of an error's text is stored with its delivery, in characters. */
const MAX_ERROR_LENGTH = 1_000;

export interface DispatcherPorts {
  store: Store;
  bus: Receivers;
  clock: Clock;
  /** Uniform in [0, 1). */
  random: () => number;
  /** A new token for each lease, unique across all instances. */
  newLeaseToken: () => string;
  log: Logger;
}

/** Delivers events to their durable subscribers until each handler has succeeded once. */
export class Dispatcher {
  readonly #ports: DispatcherPorts;
  readonly #inFlight = new Map<LeasedDelivery, Promise<void>>();
  readonly #loop: PollingLoop;

  constructor(ports: DispatcherPorts) {
    this.#ports = ports;
    this.#loop = new PollingLoop(
      () => this.#startNext(),
      (error) => {
        ports.log.error({ err: error }, 'The outbox cannot reach the database; retrying shortly');
        return STORE_PAUSE_MS;
      },
    );
  }

  /** Starts delivering. Without subscribers there is nothing to deliver, and nothing runs. */
  start(): void {
    if (this.#ports.bus.hasAny()) this.#loop.start();
  }

  /** Signals that there may be a new delivery. */
  wake(): void {
    this.#loop.wake();
  }

  /** Leases no more deliveries and waits for those in flight. */
  async stop(): Promise<void> {
    await this.#loop.stop();
    await Promise.all(this.#inFlight.values());
  }

  /** Makes one delivery that is due, if there is one. Returns the id of its event, so that tests can drive the dispatcher by hand. */
  async processNext(): Promise<bigint | undefined> {
    const delivery = await this.#leaseNext();
    if (delivery === undefined) return undefined;
    await this.#deliver(delivery);
    return delivery.event.id;
  }

  /** Returns how long to sleep afterwards, in milliseconds. */
  async #startNext(): Promise<number> {
    const delivery = this.#inFlight.size < this.#ports.bus.maxInFlight ? await this.#leaseNext() : undefined;
    if (delivery === undefined) return this.#sleepMs();
    this.#startDelivering(delivery);
    return 0;
  }

  #startDelivering(delivery: LeasedDelivery): void {
    const delivering: Promise<void> = this.#deliver(delivery)
      .catch((error: unknown) => {
        this.#ports.log.error(
          { err: error, eventId: delivery.event.id },
          'The outcome of a delivery could not be saved; it will be repeated',
        );
      })
      .finally(() => {
        this.#inFlight.delete(delivery);
        this.wake();
      });
    this.#inFlight.set(delivery, delivering);
  }

  async #leaseNext(): Promise<LeasedDelivery | undefined> {
    const { store, bus, clock, newLeaseToken } = this.#ports;
    const now = clock.now();
    const leasedUntil = new Date(now.getTime() + LEASE_MS);
    const leaseToken = newLeaseToken();
    // If the clock jumps or the database was out of reach, a lease may have expired while its handler is still running.
    // No other delivery about the same subject may reach the subscriber meanwhile.
    const overdue = [...this.#inFlight.keys()].filter((delivery) => delivery.leasedUntil <= now);
    const leased = await store.run(async (tx) => {
      const deliveries = tx.use(deliveryRepository);
      for (const delivery of overdue) await deliveries.renewLease(delivery, leasedUntil);
      const subscribers = await bus.callable(tx, [...this.#inFlight.keys()]);
      const lease = { leaseToken, leasedUntil };
      return bus.areBounded
        ? deliveries.leaseNextOfEach(subscribers, now, lease)
        : deliveries.leaseNext(subscribers, now, lease);
    });
    for (const delivery of overdue) delivery.leasedUntil = leasedUntil;
    return leased;
  }

  /** Returns false if the lease was lost. */
  async #renewLease(delivery: LeasedDelivery): Promise<boolean> {
    const { store, clock } = this.#ports;
    const leasedUntil = new Date(clock.now().getTime() + LEASE_MS);
    const isLeased = await store.run((tx) => tx.use(deliveryRepository).renewLease(delivery, leasedUntil));
    delivery.leasedUntil = leasedUntil;
    return isLeased;
  }

  async #deliver(delivery: LeasedDelivery): Promise<void> {
    const { store, clock } = this.#ports;
    const error = await this.#callHandler(delivery);
    const now = clock.now();
    const outcome = error === undefined ? DONE(now) : this.#afterFailure(delivery, error, now);
    await store.run((tx) => tx.use(deliveryRepository).settle(delivery, outcome, now));
  }

  async #callHandler(delivery: LeasedDelivery): Promise<unknown> {
    const { event, subscriber } = delivery;
    const handler = this.#ports.bus.handlerOf(subscriber, event.type);
    if (handler === undefined) return new Error(`The subscriber ${subscriber} no longer handles ${event.type} events`);
    const lost = new AbortController();
    const renew = async () => {
      // If the database is out of reach, the next renewal may still find the lease intact.
      if (!(await this.#renewLease(delivery).catch(() => true))) lost.abort();
    };
    const renewal = setInterval(renew, RENEW_EVERY_MS).unref();
    const signal = AbortSignal.any([AbortSignal.timeout(HANDLER_TIMEOUT_MS), lost.signal]);
    try {
      await Promise.race([Promise.resolve(handler(messageOf(event), signal)), rejectOn(signal)]);
      return undefined;
    } catch (error) {
      return error ?? new Error('The handler failed without a reason');
    } finally {
      clearInterval(renewal);
    }
  }

  #afterFailure(delivery: LeasedDelivery, error: unknown, now: Date) {
    const { event, subscriber, attempts } = delivery;
    const isDeliveryError = error instanceof DeliveryError;
    // A DeliveryError's message says everything; any other error is a bug, so its stack is logged.
    const err = isDeliveryError ? undefined : error;
    const fields = { err, eventId: event.id, type: event.type, subject: event.subject, subscriber, attempts };
    const lastError = (error instanceof Error ? error.message : String(error)).slice(0, MAX_ERROR_LENGTH);
    const isPermanent = isDeliveryError && !error.retryable;
    if (isPermanent || attempts >= MAX_ATTEMPTS) {
      this.#ports.log.error(
        fields,
        `Delivery of ${event.type} ${event.subject} to ${subscriber} failed permanently: ${lastError} Manual intervention required.`,
      );
      return { state: 'dead' as const, nextAttemptAt: now, lastError };
    }
    const pause = pauseAfterMs(attempts, this.#ports.random, isDeliveryError ? error.retryAfterMs : undefined);
    this.#ports.log.warn(
      fields,
      `Delivery of ${event.type} ${event.subject} to ${subscriber} failed; retrying in ${Math.ceil(pause / 1000)} s: ${lastError}`,
    );
    return { state: 'pending' as const, nextAttemptAt: new Date(now.getTime() + pause), lastError };
  }

  async #sleepMs(): Promise<number> {
    const { store, bus, clock } = this.#ports;
    if (this.#inFlight.size >= bus.maxInFlight) return MAX_SLEEP_MS;
    const now = clock.now();
    const dueAt = await store.read(async (tx) => {
      const subscribers = await bus.callable(tx, [...this.#inFlight.keys()]);
      const deliveries = tx.use(deliveryRepository);
      return bus.areBounded ? deliveries.nextDueAtOfEach(subscribers, now) : deliveries.nextDueAt(subscribers, now);
    });
    // A delivery that has become due in the meantime is leased in the next round.
    return pauseUntilMs(dueAt, now, MAX_SLEEP_MS);
  }
}

const DONE = (now: Date) => ({ state: 'done' as const, nextAttemptAt: now, lastError: null });

function rejectOn(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener(
      'abort',
      () => reject(new Error(`The handler took longer than ${HANDLER_TIMEOUT_MS / 1000} s, or its lease was lost`)),
      {
        once: true,
      },
    );
  });
}
