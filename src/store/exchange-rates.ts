import type { Kysely } from 'kysely';
import type { Tables } from './database.ts';
import { timeOf, timeText } from './values.ts';

export interface ExchangeRate {
  /** Currency code in upper case. */
  currency: string;
  /** µT per unit of the currency, above 0. */
  rate: bigint;
  updatedAt: Date;
}

export type ExchangeRateRepository = ReturnType<typeof exchangeRateRepository>;

export function exchangeRateRepository(database: Kysely<Tables>) {
  return {
    async insert(rate: ExchangeRate, actor: string): Promise<void> {
      await database
        .insertInto('exchange_rates')
        .values({ currency: rate.currency, rate: rate.rate, actor, created_at: timeText(rate.updatedAt) })
        .execute();
    },

    /** The rate that holds now. */
    async last(currency: string): Promise<ExchangeRate | undefined> {
      const row = await database
        .selectFrom('exchange_rates')
        .select(['currency', 'rate', 'created_at'])
        .where('currency', '=', currency)
        .orderBy('id', 'desc')
        .executeTakeFirst();
      return row && { currency: row.currency, rate: row.rate, updatedAt: timeOf(row.created_at) };
    },
  };
}
