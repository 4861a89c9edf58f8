import { wallets } from '#auth/wallets.ts';
import { engineContext } from '#engine/context.ts';
import type { Opened, ServiceContext, Services } from '#platform/module.ts';
import { type PayoutReports, payoutReports } from './payout-reports.ts';
import { type Reports, reports } from './reports.ts';

type TariWallet = Reports & PayoutReports;

declare module '#platform/module.ts' {
  interface Services {
    tariWallet: TariWallet;
  }
}

export function open(platform: ServiceContext, { payouts }: Services): Opened<TariWallet> {
  const context = engineContext(platform);
  const admitting = wallets(context);
  return { service: { ...reports(context, admitting), ...payoutReports(payouts, admitting) } };
}
