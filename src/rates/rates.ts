import { recordChange } from '#platform/audit-log/record.ts';
import type { PlatformContext } from '#platform/context.ts';
import type { Transaction } from '#platform/database/store.ts';
import { type Page, type PageRequest, readPage } from '#platform/paging.ts';
import { isTariCurrency, MICRO_TARI_PER_TARI } from '#tari/micro-tari.ts';
import { lastRates } from './conversion.ts';
import { DomainError } from './errors.ts';
import { type ExchangeRate, exchangeRateRepository, type SetRate } from './store/exchange-rates.ts';
import { exchangeRateView } from './views.ts';

export type ExchangeRates = ReturnType<typeof exchangeRates>;

/** A follower of the rates: the prices that a shop shows. */
export interface RateFollower {
  /**
   * Updates the prices to a rate, in the unit of work that sets it. Returns the id of the price update; undefined if there
   * are no prices to update.
   */
  follow(tx: Transaction, rate: ExchangeRate, now: Date): Promise<bigint | undefined>;
  /** Signals that there is something to do, once the rate is set. */
  wake(): void;
}

/** @param follower is looked up each time that a rate is set. */
export function exchangeRates({ store, clock, log }: PlatformContext, follower: () => RateFollower | undefined) {
  return {
    /** @throws {DomainError} `exchange_rate_not_found` */
    async get(currencyCode: string): Promise<ExchangeRate> {
      const currency = currencyCode.toUpperCase();
      if (isTariCurrency(currency)) return { currency, rate: MICRO_TARI_PER_TARI, updatedAt: new Date(0) };
      const rate = await store.read((tx) => tx.use(exchangeRateRepository).last(currency));
      if (rate === undefined) throw new DomainError('exchange_rate_not_found', currency);
      return rate;
    },

    /** The current rates, by currency. */
    all: (): Promise<ExchangeRate[]> => store.read(lastRates),

    /**
     * Sets the rate of a currency in µT per unit, for future orders, and updates the prices that the shop shows.
     * @throws {DomainError} `exchange_rate_fixed`
     */
    async set(currencyCode: string, rate: bigint, actor: string): Promise<ExchangeRate> {
      const currency = currencyCode.toUpperCase();
      if (isTariCurrency(currency)) throw new DomainError('exchange_rate_fixed', currency);
      const set: ExchangeRate = { currency, rate, updatedAt: clock.now() };
      const priceUpdate = await store.run(async (tx) => {
        const before = await tx.use(exchangeRateRepository).last(currency);
        await tx.use(exchangeRateRepository).insert(set, actor);
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
        return follower()?.follow(tx, set, set.updatedAt);
      });
      follower()?.wake();
      const follows =
        priceUpdate === undefined
          ? 'no shop is configured whose prices could be updated'
          : `the shop's prices are updated by price update ${priceUpdate}`;
      log.info({ currency, rate, actor, priceUpdate }, `The rate is now 1 ${currency} = ${rate} µT; ${follows}`);
      return set;
    },

    /** The history of a currency's rates, newest first. */
    history: (currencyCode: string, request: PageRequest<bigint>): Promise<Page<SetRate, bigint>> =>
      store.read((tx) =>
        readPage(
          request,
          (before, limit) => tx.use(exchangeRateRepository).history(currencyCode.toUpperCase(), before, limit),
          (rate) => rate.id,
        ),
      ),
  };
}
