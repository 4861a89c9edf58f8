import type { Repositories } from '#platform/database/transaction.ts';
import type { ReadMetrics } from '#platform/module.ts';
import type { ExchangeRate } from './store/exchange-rates.ts';

export const rateMetrics: ReadMetrics = async (tx) => [
  {
    name: 'tpg_exchange_rate_age_seconds',
    help: 'How long ago the rate of a currency was set.',
    labels: ['currency'],
    samples: (await lastRates(tx)).map(({ currency, updatedAt }) => ({ labels: { currency }, value: updatedAt })),
  },
];

async function lastRates(tx: Repositories): Promise<ExchangeRate[]> {
  const rates: ExchangeRate[] = [];
  for (const currency of await tx.exchangeRates.currencies()) {
    const rate = await tx.exchangeRates.last(currency);
    if (rate !== undefined) rates.push(rate);
  }
  return rates;
}
