import { type Kysely, sql } from 'kysely';
import { timeOf, timeText } from '#platform/database/columns.ts';
import { preparedQuery } from '#platform/database/prepared-query.ts';
import type { RepositoryConnection } from '#platform/database/store.ts';
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

/** Both databases take more values in a query than this. */
const TIMES_AT_ONCE = 500;

export function exchangeRateRepository(
  database: Kysely<RateTables>,
  { dialect }: Pick<RepositoryConnection, 'dialect'>,
) {
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

    /** The rates that held at these times, in the same order; undefined before the first. One step in the index for each. */
    async at(currency: string, times: readonly Date[]): Promise<(bigint | undefined)[]> {
      const type = sql.raw(dialect === 'postgres' ? 'timestamptz' : 'text');
      const found: (bigint | undefined)[] = [];
      for (let done = 0; done < times.length; done += TIMES_AT_ONCE) {
        const asked = times.slice(done, done + TIMES_AT_ONCE);
        const values = asked.map((time, place) => sql`(${sql.lit(place)}, cast(${timeText(time)} as ${type}))`);
        const { rows } = await sql<{ place: bigint | number; rate: bigint | null }>`
          select asked.column1 as place, (
            select rate from exchange_rates where currency = ${currency} and created_at <= asked.column2
            order by created_at desc, id desc limit 1
          ) as rate from (values ${sql.join(values)}) as asked`.execute(database);
        const rates = new Map(rows.map(({ place, rate }) => [Number(place), rate ?? undefined]));
        found.push(...asked.map((_, place) => rates.get(place)));
      }
      return found;
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
