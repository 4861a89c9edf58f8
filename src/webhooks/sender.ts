import { hex } from '@scure/base';
import { DeliveryError } from '#platform/outbox/delivery-error.ts';
import { Dispatcher } from '#platform/outbox/dispatcher.ts';
import type { EventMessage, Receivers } from '#platform/outbox/event-bus.ts';
import type { StoredEvent } from '#platform/outbox/stored-event.ts';
import { retryAfterMs } from '#platform/outgoing-post/retry-after.ts';
import { attempt, countAttempt, logAttempt, targetOf } from './attempts.ts';
import { SUBSCRIBER_PREFIX, subscriberOf, type WebhookContext } from './context.ts';
import { MAX_ENDPOINTS } from './endpoints.ts';
import { eventMessage } from './messages.ts';
import { QueueFiller } from './queue-filler.ts';
import { endpointRepository } from './store/endpoints.ts';

/** Concurrent deliveries to one endpoint: one slow answer does not delay the rest, and no endpoint those of another. */
export const MAX_IN_FLIGHT_OF_ONE = 4;

const LEASE_TOKEN_BYTES = 12;

/** The events of the endpoints themselves, after which there may be one more or less. */
const OF_ENDPOINTS = /^Webhook/;

export type WebhookSender = ReturnType<typeof webhookSender>;

/** Delivers events to the endpoints: fills their queues, and empties them with a dispatcher of their own. */
export function webhookSender(context: WebhookContext) {
  const { store, clock, random, randomBytes, log } = context;

  const deliver = async (endpointId: bigint, event: EventMessage, signal: AbortSignal): Promise<void> => {
    filler.madeRoom(endpointId);
    const target = await store.read((tx) => targetOf(tx, endpointId, clock.now()));
    // Another instance may have paused it a moment ago.
    if (target?.endpoint.state !== 'active') throw new DeliveryError('It is not active.', { retryable: true });
    const message = eventMessage(event, target.signing.tag);
    const outcome = await attempt(context, target, message, signal);
    const { retryAfter, ...logged } = outcome;
    await store.run(async (tx) => {
      await logAttempt(tx, { ...logged, endpointId, eventId: event.id, eventType: event.type });
      await countAttempt(tx, context, endpointId, outcome);
    });
    if (outcome.error === null) return;
    const asked = retryAfterMs(retryAfter, clock.now());
    throw new DeliveryError(outcome.error, { retryable: true, ...(asked !== undefined && { retryAfterMs: asked }) });
  };

  const receivers: Receivers = {
    maxInFlight: MAX_ENDPOINTS * MAX_IN_FLIGHT_OF_ONE,
    areBounded: true,
    hasAny: () => true,
    async callable(tx, inFlight) {
      const names = (await tx.use(endpointRepository).idsInUse())
        .filter(({ state }) => state === 'active')
        .map(({ id }) => subscriberOf(id));
      const countOf = (name: string) => inFlight.filter(({ subscriber }) => subscriber === name).length;
      return names.filter((name) => countOf(name) < MAX_IN_FLIGHT_OF_ONE);
    },
    handlerOf(subscriber) {
      const endpointId = BigInt(subscriber.slice(SUBSCRIBER_PREFIX.length));
      return (event, signal) => deliver(endpointId, event, signal);
    },
  };

  const newLeaseToken = () => hex.encode(randomBytes(LEASE_TOKEN_BYTES));
  const dispatcher = new Dispatcher({ store, bus: receivers, clock, random, newLeaseToken, log });
  const filler = new QueueFiller({ store, clock, log, onQueued: () => dispatcher.wake() });

  return {
    start(): void {
      filler.start();
      dispatcher.start();
    },
    async stop(): Promise<void> {
      await Promise.all([filler.stop(), dispatcher.stop()]);
    },
    /** Signals that there may be something to deliver, or an endpoint more or less. */
    wake(): void {
      filler.wake();
      dispatcher.wake();
    },
    /** Events have been committed, by any instance. */
    noticed(events: readonly Pick<StoredEvent, 'type'>[]): void {
      if (filler.hasEndpoints || events.some(({ type }) => OF_ENDPOINTS.test(type))) filler.wake();
    },
    /** For tests, which drive it by hand. */
    fill: () => filler.fill(),
    processNext: () => dispatcher.processNext(),
  };
}
