import type { Transaction } from '#platform/database/store.ts';
import type { Check } from '#platform/module.ts';
import type { EventBus } from './event-bus.ts';
import { type DeliveryBacklog, deliveryRepository } from './store/deliveries.ts';

/** A lag above this means that the shop or a plugin has been unreachable for a long time. */
const MAX_LAG_MS = 15 * 60_000;

/** How long the oldest event has waited to be delivered. */
function lagMs({ oldestPendingAt }: DeliveryBacklog, now: Date): number {
  return oldestPendingAt === null ? 0 : Math.max(0, now.getTime() - oldestPendingAt.getTime());
}

/** Whether a subscriber has been unreachable for a long time. */
export async function isBehind(tx: Transaction, subscriptions: EventBus, now: Date): Promise<boolean> {
  return lagMs(await tx.use(deliveryRepository).backlog(subscriptions.allDurableSubscribers()), now) > MAX_LAG_MS;
}

/**
 * What waits for the shop and the plugins, and all dead letters. What waits for subscribers that come and go is shown by
 * their context: a receiver of a merchant's that is down does not make the server unready.
 */
export async function wholeBacklog(tx: Transaction, subscriptions: EventBus): Promise<DeliveryBacklog> {
  const known = await subscriptions.knownSubscribers(tx);
  return tx.use(deliveryRepository).backlog(subscriptions.allDurableSubscribers(), known);
}

export function outboxCheck(subscriptions: EventBus): Check {
  const details = ({ pending, dead }: Pick<DeliveryBacklog, 'pending' | 'dead'>, lag: number) => ({
    outbox: { pending, dead_letters: dead, lag_seconds: Math.floor(lag / 1000) },
  });
  return {
    unknown: details({ pending: 0, dead: 0 }, 0),
    async look(tx, now) {
      const backlog = await wholeBacklog(tx, subscriptions);
      const lag = lagMs(backlog, now);
      const reasons =
        lag > MAX_LAG_MS
          ? [`Events have waited for ${Math.floor(lag / 60_000)} minutes to be delivered to the shop or a plugin.`]
          : [];
      return { reasons, details: details(backlog, lag) };
    },
  };
}
