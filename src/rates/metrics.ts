import type { Transaction } from '#platform/database/store.ts';
import type { ReadMetrics } from '#platform/module.ts';
import { type ExchangeRate, exchangeRateRepository } from './store/exchange-rates.ts';

export const rateMetrics: ReadMetrics = async (tx) => [
  {
    name: 'tpg_exchange_rate_age_seconds',
    help: 'Seconds since the rate of a currency was set.',
    labels: ['currency'],
    samples: (await lastRates(tx)).map(({ currency, updatedAt }) => ({ labels: { currency }, value: updatedAt })),
  },
];

async function lastRates(tx: Transaction): Promise<ExchangeRate[]> {
  const rates: ExchangeRate[] = [];
  for (const currency of await tx.use(exchangeRateRepository).currencies()) {
    const rate = await tx.use(exchangeRateRepository).last(currency);
    if (rate !== undefined) rates.push(rate);
  }
  return rates;
}
