import type { EngineContext } from '#engine/context.ts';
import { type Page, type PageRequest, readPage } from '#engine/queries.ts';
import { exchangeRateView } from '#engine/views.ts';
import { recordChange } from '#platform/audit-log/record.ts';
import { EngineError } from '#platform/errors.ts';
import type { PriceUpdateRequests } from '#shops/prices/price-updates.ts';
import { isTariCurrency, MICRO_TARI_PER_TARI } from '#tari/micro-tari.ts';
import type { ExchangeRate, SetRate } from './store/exchange-rates.ts';

export type ExchangeRates = ReturnType<typeof exchangeRates>;

/** @param priceUpdates has the shop's prices follow the rate. */
export function exchangeRates(
  { store, clock, log }: EngineContext,
  priceUpdates: Pick<PriceUpdateRequests, 'requestShop' | 'wake'>,
) {
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
     * Sets what one unit of a currency costs in µT, for orders that come from now on, and has the prices that the shop
     * shows follow it.
     * @throws {EngineError} `exchange_rate_fixed`
     */
    async set(currencyCode: string, rate: bigint, actor: string): Promise<ExchangeRate> {
      const currency = currencyCode.toUpperCase();
      if (isTariCurrency(currency)) throw new EngineError('exchange_rate_fixed', currency);
      const set: ExchangeRate = { currency, rate, updatedAt: clock.now() };
      const priceUpdate = await store.run(async (tx) => {
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
        return priceUpdates.requestShop(tx, set, set.updatedAt);
      });
      priceUpdates.wake();
      const follows =
        priceUpdate === undefined
          ? 'no shop is configured whose prices could follow it'
          : `the shop's prices follow it in price update ${priceUpdate}`;
      log.info({ currency, rate, actor, priceUpdate }, `The rate is now 1 ${currency} = ${rate} µT; ${follows}`);
      return set;
    },

    /** The rates that a currency has had, newest first. */
    history: (currencyCode: string, request: PageRequest<bigint>): Promise<Page<SetRate, bigint>> =>
      store.read((tx) =>
        readPage(
          request,
          (before, limit) => tx.exchangeRates.history(currencyCode.toUpperCase(), before, limit),
          (rate) => rate.id,
        ),
      ),
  };
}
