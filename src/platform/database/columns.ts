import type { AccountId } from '#tari/address.ts';
import type { MicroTari } from '#tari/micro-tari.ts';

/** Conversions between the program's values and the columns of the tables. */

/** The rows of one unit of work share a time, and formatting it takes V8 longer than SQLite takes to store it. */
let last = { timeMs: Number.NaN, text: '' };

export function timeText(time: Date): string {
  const timeMs = time.getTime();
  if (timeMs !== last.timeMs) last = { timeMs, text: time.toISOString() };
  return last.text;
}

export function timeOf(text: string): Date {
  return new Date(text);
}

/** A column that holds µT: the database's constraints guarantee its range. */
export function amountOf(value: bigint): MicroTari {
  return value as MicroTari;
}

/** A column that refers to an account; only engine code writes it. */
export function accountOfColumn(value: string): AccountId {
  return value as AccountId;
}
