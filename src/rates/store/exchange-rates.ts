import type { Kysely } from 'kysely';
import { timeOf, timeText } from '#platform/database/columns.ts';
import { preparedQuery } from '#platform/database/prepared-query.ts';
import type { RateTables } from './tables.ts';

export interface ExchangeRate {
  /** Currency code in upper case. */
  currency: string;
  /** µT per unit of the currency, above 0. */
  rate: bigint;
  updatedAt: Date;
}

/** A rate of the history. */
export interface SetRate extends ExchangeRate {
  /** Counts from 1 over all currencies. */
  id: bigint;
  /** The operator who set it. */
  actor: string;
}

export type ExchangeRateRepository = ReturnType<typeof exchangeRateRepository>;

export function exchangeRateRepository(database: Kysely<RateTables>) {
  const selectLast = preparedQuery<{ currency: string }, { currency: string; rate: bigint; created_at: string }>(
    database,
    (value) =>
      database
        .selectFrom('exchange_rates')
        .select(['currency', 'rate', 'created_at'])
        .where('currency', '=', value('currency'))
        .orderBy('id', 'desc')
        .limit(1),
  );

  return {
    async insert(rate: ExchangeRate, actor: string): Promise<void> {
      await database
        .insertInto('exchange_rates')
        .values({ currency: rate.currency, rate: rate.rate, actor, created_at: timeText(rate.updatedAt) })
        .execute();
    },

    /** The current rate. */
    async last(currency: string): Promise<ExchangeRate | undefined> {
      const [row] = (await selectLast({ currency })).rows;
      return row && { currency: row.currency, rate: row.rate, updatedAt: timeOf(row.created_at) };
    },

    /** Up to `limit` past rates of a currency, newest first, before the one with id `before`. */
    async history(currency: string, before: bigint | undefined, limit: number): Promise<SetRate[]> {
      const rows = await database
        .selectFrom('exchange_rates')
        .selectAll()
        .where('currency', '=', currency)
        .$if(before !== undefined, (query) => query.where('id', '<', before ?? 0n))
        .orderBy('id', 'desc')
        .limit(limit)
        .execute();
      return rows.map(({ created_at: createdAt, ...rate }) => ({ ...rate, updatedAt: timeOf(createdAt) }));
    },

    /** Every currency with a rate, sorted: one step in the index for each, however long its history. */
    async currencies(): Promise<string[]> {
      const currencies: string[] = [];
      for (;;) {
        const { next } = await database
          .selectFrom('exchange_rates')
          .select(({ fn }) => fn.min<string | null>('currency').as('next'))
          .where('currency', '>', currencies.at(-1) ?? '')
          .executeTakeFirstOrThrow();
        if (next === null) return currencies;
        currencies.push(next);
      }
    },
  };
}
