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

export function outboxCheck(subscriptions: EventBus): Check {
  const details = ({ pending, dead }: Pick<DeliveryBacklog, 'pending' | 'dead'>, lag: number) => ({
    outbox: { pending, dead_letters: dead, lag_seconds: Math.floor(lag / 1000) },
  });
  return {
    unknown: details({ pending: 0, dead: 0 }, 0),
    async look(tx, now) {
      const backlog = await tx.use(deliveryRepository).backlog(subscriptions.allDurableSubscribers());
      const lag = lagMs(backlog, now);
      const reasons =
        lag > MAX_LAG_MS
          ? [`Events have waited for ${Math.floor(lag / 60_000)} minutes to be delivered to the shop or a plugin.`]
          : [];
      return { reasons, details: details(backlog, lag) };
    },
  };
}
