import type { Transaction } from '#platform/database/store.ts';
import { isTariCurrency, MICRO_TARI_PER_TARI } from '#tari/micro-tari.ts';
import { exchangeRateRepository } from './store/exchange-rates.ts';

/**
 * The rates of a currency that held at these times, in µT per unit, in the same order: the history of rates is never
 * changed. Undefined for a time before the first rate. Tari converts to itself.
 */
export async function ratesAt(
  tx: Transaction,
  currencyCode: string,
  times: readonly Date[],
): Promise<(bigint | undefined)[]> {
  const currency = currencyCode.toUpperCase();
  if (isTariCurrency(currency)) return times.map(() => MICRO_TARI_PER_TARI);
  const distinct = [...new Map(times.map((time) => [time.getTime(), time])).values()];
  const rates = await tx.use(exchangeRateRepository).at(currency, distinct);
  const byTime = new Map(distinct.map((time, index) => [time.getTime(), rates[index]]));
  return times.map((time) => byTime.get(time.getTime()));
}
