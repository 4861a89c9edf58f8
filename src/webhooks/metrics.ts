import type { Metric, ReadMetrics } from '#platform/module.ts';
import { backlogOf } from './backlog.ts';
import { endpointRepository } from './store/endpoints.ts';

/** Of endpoints that are not removed, so that there are few labels. */
export const webhookMetrics: ReadMetrics = async (tx) => {
  const attempts: Metric['samples'][number][] = [];
  const waiting: Metric['samples'][number][] = [];
  for (const endpoint of await tx.use(endpointRepository).inUse()) {
    const labels = { endpoint: String(endpoint.id) };
    attempts.push({ labels: { ...labels, outcome: 'delivered' }, value: Number(endpoint.delivered) });
    attempts.push({ labels: { ...labels, outcome: 'failed' }, value: Number(endpoint.failed) });
    const { oldestWaitingAt } = await backlogOf(tx, endpoint);
    waiting.push({ labels, value: oldestWaitingAt ?? 0 });
  }
  return [
    {
      name: 'tpg_webhook_attempts',
      help: 'Attempts to deliver events to webhook endpoints so far, by endpoint and outcome.',
      labels: ['endpoint', 'outcome'],
      samples: attempts,
    },
    {
      name: 'tpg_webhook_lag_seconds',
      help: 'How long the oldest event has waited to be delivered to each webhook endpoint.',
      labels: ['endpoint'],
      samples: waiting,
    },
  ];
};
