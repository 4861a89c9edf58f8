import { operatorActions } from '#platform/audit-log/operator-actions.ts';
import type { IdRange } from '#platform/list-order.ts';
import type { Opened, ServiceContext } from '#platform/module.ts';
import { outboxCheck } from './check.ts';
import { deadLetters } from './dead-letters.ts';
import { outboxMetrics } from './metrics.ts';
import { deliveryRepository } from './store/deliveries.ts';
import { eventRepository } from './store/events.ts';

declare module '#platform/module.ts' {
  interface Services {
    outbox: OutboxService;
  }
}

export type OutboxService = ReturnType<typeof service>;

function service(context: ServiceContext) {
  const { store, wakeOutbox } = context;
  return {
    deadLetters: deadLetters(context, operatorActions(context), wakeOutbox),
    /** What has become of these events at the shop, the plugins and the merchant's own programs. */
    deliveriesOf: (eventIds: readonly bigint[]) => store.read((tx) => tx.use(deliveryRepository).ofEvents(eventIds)),
    /** Up to `limit` events after the one with id `after`, oldest first by default. */
    eventsAfter: (after: bigint, limit: number, range: IdRange = {}) =>
      store.read((tx) => tx.use(eventRepository).after(after, limit, range)),
  };
}

export function open(context: ServiceContext): Opened<OutboxService> {
  return { service: service(context), check: outboxCheck(context.subscriptions), metrics: outboxMetrics(context) };
}
