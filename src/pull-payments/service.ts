import { changes } from '#platform/audit-log/operator-actions.ts';
import type { Opened, ServiceContext } from '#platform/module.ts';
import { agreements } from './agreements.ts';
import { changing } from './changing.ts';
import { pullCheck } from './check.ts';
import type { PullContext } from './context.ts';
import { identity } from './identity.ts';
import { pullMetrics } from './metrics.ts';
import { receiving } from './money/receiving.ts';
import { RECOVERY_SCHEDULE, recovery } from './money/recovery.ts';
import { reserving } from './money/reserving.ts';
import { settling } from './money/settling.ts';
import type { PullPaymentsService } from './service-type.ts';
import type { WebhookSettings } from './webhook/settings.ts';
import { subscribeWebhooks } from './webhook/subscriber.ts';

/** The books of pull payments can be read while they are switched off; only then nothing else runs. */
export function open(platform: ServiceContext): Opened<PullPaymentsService> {
  const { store, clock, log, subscriptions, randomBytes } = platform;
  const context: PullContext = { store, clock, log, subscriptions, randomBytes, uplink: { state: undefined } };
  const service = pullPaymentsService(context);
  const settings = settingsOf(platform);
  if (settings === null) return { service };
  subscribeWebhooks(subscriptions, { store, settings });
  const { start, run } = recovery(context);
  return {
    service,
    check: pullCheck(context.uplink),
    metrics: pullMetrics(clock, context.uplink),
    background: { start, jobs: [{ name: 'pull-recovery', schedule: RECOVERY_SCHEDULE, run }] },
  };
}

export function pullPaymentsService(context: PullContext): PullPaymentsService {
  const operatorChanges = changes(context);
  return {
    ...identity(context),
    ...agreements(context),
    ...changing(context, operatorChanges),
    ...reserving(context),
    ...settling(context, operatorChanges),
    ...receiving(context),
    async uplinkChanged(state) {
      context.uplink.state = state;
    },
  };
}

/** Null if pull payments are switched off. */
function settingsOf({ settings }: ServiceContext): WebhookSettings | null {
  return (settings as { pullPayments?: WebhookSettings | null }).pullPayments ?? null;
}
