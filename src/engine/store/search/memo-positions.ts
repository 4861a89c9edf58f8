import { type RawBuilder, sql } from 'kysely';

/**
 * The position of an order among the results of a memo search: the second of its creation, times 2^30, plus its id.
 * Positions increase with the time of the orders.
 */

/** More orders than one shop will ever have. */
export const ORDERS_A_SECOND = 2n ** 30n;

/** Positions fit into 64 bits up to the year 2242; dates outside the range are clamped. */
export const LAST_SECOND = 2n ** 33n - 1n;

/** A shorter memo has no trigram, by which both databases index memos. */
export const TRIGRAM_LENGTH = 3;

export const hasTrigram = (memo: string): boolean => [...memo].length >= TRIGRAM_LENGTH;

/** The text as a `like` pattern that finds it anywhere, with special characters escaped by `\`. */
export const anywhere = (text: string): string => `%${text.replace(/[\\%_]/g, '\\$&')}%`;

export const idOf = (position: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`(${position} & ${sql.lit(Number(ORDERS_A_SECOND - 1n))})`;
