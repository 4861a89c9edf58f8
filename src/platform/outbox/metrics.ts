import type { ReadMetrics, ServiceContext } from '#platform/module.ts';
import { wholeBacklog } from './check.ts';

export function outboxMetrics({ subscriptions }: Pick<ServiceContext, 'subscriptions'>): ReadMetrics {
  return async (tx) => {
    const { pending, dead, oldestPendingAt } = await wholeBacklog(tx, subscriptions);
    return [
      {
        name: 'tpg_outbox_lag_seconds',
        help: 'How long the oldest event has waited to be delivered to the shop or a plugin.',
        samples: [{ value: oldestPendingAt ?? 0 }],
      },
      {
        name: 'tpg_outbox_pending',
        help: 'Pending deliveries to the shop and plugins.',
        samples: [{ value: pending }],
      },
      {
        name: 'tpg_outbox_dead_letters',
        help: 'Deliveries that failed permanently: an operator must look at them.',
        samples: [{ value: dead }],
      },
    ];
  };
}
