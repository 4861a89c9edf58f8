import { wallets } from '#auth/wallets.ts';
import { engineContext } from '#engine/context.ts';
import type { Opened, ServiceContext } from '#platform/module.ts';
import { type Reports, reports } from './reports.ts';

declare module '#platform/module.ts' {
  interface Services {
    tariWallet: Reports;
  }
}

export function open(platform: ServiceContext): Opened<Reports> {
  const context = engineContext(platform);
  return { service: reports(context, wallets(context)) };
}
