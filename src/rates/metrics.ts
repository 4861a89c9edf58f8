import type { ReadMetrics } from '#platform/module.ts';
import { lastRates } from './conversion.ts';

export const rateMetrics: ReadMetrics = async (tx) => [
  {
    name: 'tpg_exchange_rate_age_seconds',
    help: 'Seconds since the rate of a currency was set.',
    labels: ['currency'],
    samples: (await lastRates(tx)).map(({ currency, updatedAt }) => ({ labels: { currency }, value: updatedAt })),
  },
];
