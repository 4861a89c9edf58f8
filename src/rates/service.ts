import type { Opened, ServiceContext } from '#platform/module.ts';
import { rateMetrics } from './metrics.ts';
import { exchangeRates, type RateFollower } from './rates.ts';

declare module '#platform/module.ts' {
  interface Services {
    rates: RatesService;
  }
  interface Ports {
    /** Notified when a rate is set. */
    rateFollower?: RateFollower;
  }
}

export type RatesService = ReturnType<typeof exchangeRates>;

export function open(context: ServiceContext): Opened<RatesService> {
  return { service: exchangeRates(context, () => context.ports.rateFollower), metrics: rateMetrics };
}
