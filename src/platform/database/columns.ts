import type { AccountId } from '#tari/address.ts';
import type { MicroTari } from '#tari/micro-tari.ts';

/** How values cross between the program and the columns of `database.ts`. */

/** The rows of one unit of work bear the same time, and writing it out takes V8 longer than SQLite takes to keep it. */
let last = { timeMs: Number.NaN, text: '' };

export function timeText(time: Date): string {
  const timeMs = time.getTime();
  if (timeMs !== last.timeMs) last = { timeMs, text: time.toISOString() };
  return last.text;
}

export function timeOf(text: string): Date {
  return new Date(text);
}

/** A column that holds µT: the database's constraints vouch for its range. */
export function amountOf(value: bigint): MicroTari {
  return value as MicroTari;
}

/** A column that refers to an account, which only engine code writes. */
export function accountOfColumn(value: string): AccountId {
  return value as AccountId;
}
