import { engineContext } from '#engine/context.ts';
import type { Opened, ServiceContext, Services } from '#platform/module.ts';
import '#rails/tari-chain/ports.ts';
import { type PayerOrders, payerOrders } from './payer-orders.ts';
import { payerRefunds } from './payer-refunds.ts';

declare module '#platform/module.ts' {
  interface Services {
    checkout: PayerOrders;
  }
}

export function open(platform: ServiceContext, { payouts }: Services): Opened<PayerOrders> {
  const { ports, settings } = platform;
  const watchesMempool = (settings.chain?.nodeGrpc ?? null) !== null;
  const service = payerOrders(engineContext(platform), {
    ...{ chainWatch: ports.chainWatch, watchesMempool, refunds: payerRefunds(payouts) },
  });
  return { service };
}
