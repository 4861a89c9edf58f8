import { type ApiClient, escaped, type Query } from '#platform/cli/api-client.ts';
import * as shapes from './answers.ts';

export type RatesClient = ReturnType<typeof ratesClient>;

/** What is asked about rates. */
export function ratesClient(client: ApiClient) {
  return {
    ...client,
    exchangeRate: (currency: string) => client.get(`/api/exchange_rate/${escaped(currency)}`, shapes.exchangeRate),
    exchangeRates: () => client.get('/api/exchange_rates', shapes.exchangeRate.array()),
    setExchangeRate: (currency: string, rate: bigint) =>
      client.command('POST', '/api/exchange_rate', { currency, rate }),
    rateHistory: (currency: string, query: Query = {}) =>
      client.getPage(`/api/exchange_rate/${escaped(currency)}/history`, shapes.setRate.array(), query),
  };
}
