import type { ExchangeRate, SetRate } from './store/exchange-rates.ts';

export function exchangeRateView(rate: ExchangeRate) {
  return { currency: rate.currency, rate: rate.rate, updated_at: rate.updatedAt.toISOString() };
}

/** A rate of the history. */
export function setRateView({ id, actor, ...rate }: SetRate) {
  return { id, ...exchangeRateView(rate), actor };
}
