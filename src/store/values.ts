import type { AccountId } from '../tari/address.ts';
import type { MicroTari } from '../tari/micro-tari.ts';

/** How values cross between the program and the columns of `database.ts`. */

export function timeText(time: Date): string {
  return time.toISOString();
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
