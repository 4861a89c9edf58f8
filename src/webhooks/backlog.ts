import type { Transaction } from '#platform/database/store.ts';
import { deliveryRepository } from '#platform/outbox/store/deliveries.ts';
import { queueingRepository } from '#platform/outbox/store/queueing.ts';
import { subscriberOf } from './context.ts';
import type { Endpoint } from './store/endpoints.ts';

/** What has not been delivered to an endpoint. */
export interface Backlog {
  /** Queued, not counting what waits behind its position. */
  pending: number;
  deadLetters: number;
  /** When the event happened that has waited longest; null if none waits. */
  oldestWaitingAt: Date | null;
}

export async function backlogOf(tx: Transaction, endpoint: Endpoint): Promise<Backlog> {
  const { pending, dead, oldestPendingAt } = await tx.use(deliveryRepository).backlog([subscriberOf(endpoint.id)]);
  if (endpoint.state === 'removed') return { pending, deadLetters: dead, oldestWaitingAt: null };
  const next = await tx.use(queueingRepository).timeOfNext(endpoint.eventTypes ?? undefined, endpoint.position);
  // What is queued has happened before what is not.
  return { pending, deadLetters: dead, oldestWaitingAt: oldestPendingAt ?? next ?? null };
}
