import type { ExchangeRate } from '../store/exchange-rates.ts';
import { isTariCurrency, MICRO_TARI_PER_TARI } from '../tari/micro-tari.ts';
import { recordChange } from './audit-trail.ts';
import type { EngineContext } from './context.ts';
import { EngineError } from './errors.ts';
import { exchangeRateView } from './views.ts';

export type ExchangeRates = ReturnType<typeof exchangeRates>;

export function exchangeRates({ store, clock, log }: EngineContext) {
  return {
    /** @throws {EngineError} `exchange_rate_not_found` */
    async get(currencyCode: string): Promise<ExchangeRate> {
      const currency = currencyCode.toUpperCase();
      if (isTariCurrency(currency)) return { currency, rate: MICRO_TARI_PER_TARI, updatedAt: new Date(0) };
      const rate = await store.read((tx) => tx.exchangeRates.last(currency));
      if (rate === undefined) throw new EngineError('exchange_rate_not_found', currency);
      return rate;
    },

    /**
     * Sets what one unit of a currency costs in µT, for orders that come from now on.
     * @throws {EngineError} `exchange_rate_fixed`
     */
    async set(currencyCode: string, rate: bigint, actor: string): Promise<ExchangeRate> {
      const currency = currencyCode.toUpperCase();
      if (isTariCurrency(currency)) throw new EngineError('exchange_rate_fixed', currency);
      const set: ExchangeRate = { currency, rate, updatedAt: clock.now() };
      await store.run(async (tx) => {
        const before = await tx.exchangeRates.last(currency);
        await tx.exchangeRates.insert(set, actor);
        await recordChange(
          tx,
          {
            actor,
            action: 'set exchange rate',
            subject: currency,
            before: before && exchangeRateView(before),
            after: exchangeRateView(set),
          },
          set.updatedAt,
        );
      });
      log.info({ currency, rate, actor }, `The rate is now 1 ${currency} = ${rate} µT`);
      return set;
    },
  };
}
