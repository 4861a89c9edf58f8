import { engineContext } from '#engine/context.ts';
import type { Opened, ServiceContext } from '#platform/module.ts';
import '#rails/tari-chain/ports.ts';
import { type PayerOrders, payerOrders } from './payer-orders.ts';

declare module '#platform/module.ts' {
  interface Services {
    checkout: PayerOrders;
  }
}

export function open(platform: ServiceContext): Opened<PayerOrders> {
  const { ports, settings } = platform;
  const watchesMempool = (settings.chain?.nodeGrpc ?? null) !== null;
  return { service: payerOrders(engineContext(platform), { chainWatch: ports.chainWatch, watchesMempool }) };
}
