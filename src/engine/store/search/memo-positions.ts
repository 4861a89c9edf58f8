import { type RawBuilder, sql } from 'kysely';

/**
 * Where an order stands among those that a memo finds: the second in which it was made, times 2^30, plus its id. Positions
 * rise with the time of the orders.
 */

/** More orders than one shop will ever have. */
export const ORDERS_A_SECOND = 2n ** 30n;

/** Positions fit 64 bits up to the year 2242; what is dated outside of that stands at one of the ends. */
export const LAST_SECOND = 2n ** 33n - 1n;

/** A memo of fewer characters has no trigram, by which both databases index it. */
export const TRIGRAM_LENGTH = 3;

export const hasTrigram = (memo: string): boolean => [...memo].length >= TRIGRAM_LENGTH;

/** The text as a pattern of `like` that finds it anywhere, with `\` before what would mean something else. */
export const anywhere = (text: string): string => `%${text.replace(/[\\%_]/g, '\\$&')}%`;

export const idOf = (position: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`(${position} & ${sql.lit(Number(ORDERS_A_SECOND - 1n))})`;
