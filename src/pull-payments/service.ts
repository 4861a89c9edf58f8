import { operatorActions } from '#platform/audit-log/operator-actions.ts';
import type { Opened, ServiceContext } from '#platform/module.ts';
import { newUuid } from '#platform/random.ts';
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
import { subscribeWebhooks } from './webhook/subscriber.ts';

declare module '#platform/module.ts' {
  interface Ports {
    /** A new id of a pull payment agreement; random by default. */
    makeAgreementId?: () => string;
  }
}

/** The books of pull payments can be read while they are switched off; only then nothing else runs. */
export function open(platform: ServiceContext): Opened<PullPaymentsService> {
  const { store, clock, log, subscriptions, randomBytes } = platform;
  const makeAgreementId = platform.ports.makeAgreementId ?? (() => newUuid(randomBytes));
  const uplink: PullContext['uplink'] = { state: undefined };
  const context: PullContext = { store, clock, log, subscriptions, randomBytes, makeAgreementId, uplink };
  const service = pullPaymentsService(context);
  const settings = platform.settings.pullPayments;
  if (!settings) return { service };
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
  const operatorChanges = operatorActions(context);
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
