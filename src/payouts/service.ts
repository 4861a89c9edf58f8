import { engineContext } from '#engine/context.ts';
import { operatorActions } from '#platform/audit-log/operator-actions.ts';
import type { Opened, ServiceContext } from '#platform/module.ts';
import type { PayoutContext } from './context.ts';
import { payoutMetrics } from './metrics.ts';
import { payoutSwitch, payouts, sweeps } from './payouts.ts';
import { refunds } from './refunds.ts';
import { refundRepository } from './store/refunds.ts';
import { walletPayouts } from './wallet-payouts.ts';

declare module '#platform/module.ts' {
  interface Services {
    payouts: PayoutsService;
  }
}

export type PayoutsService = ReturnType<typeof service>;

function service(platform: ServiceContext) {
  const engine = engineContext(platform);
  const context: PayoutContext = {
    ...engine,
    settings: { ...platform.settings, ...engine.settings },
    ledger: engine,
    randomBytes: platform.randomBytes,
  };
  const actions = operatorActions(context);
  return {
    refunds: refunds(context, actions),
    payouts: payouts(context, actions),
    /** For the wallets that pay: only in the database thread. */
    wallet: walletPayouts(context),
    sweeps: sweeps(context, actions),
    limits: payoutSwitch(context, actions),
  };
}

export function open(platform: ServiceContext): Opened<PayoutsService> {
  platform.ports.findOpenRefund = (tx, refundIds) => tx.use(refundRepository).firstOpen(refundIds);
  const opened = service(platform);
  return {
    service: opened,
    metrics: payoutMetrics,
    background: {
      jobs: [
        {
          name: 'payout-leases',
          schedule: LEASE_SCHEDULE,
          run: async () => {
            await opened.wallet.endLeases();
          },
        },
      ],
    },
  };
}

/** Each minute: a payout whose fate is unknown should be seen soon. */
const LEASE_SCHEDULE = '* * * * *';
