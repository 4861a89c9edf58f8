import type { Agreement, Terms } from '../types.ts';
import { boundaryMs, cycleAt } from './calendar.ts';
import { parseInterval } from './interval.ts';
import { convertUp, inverse, type Rate } from './rate.ts';

/** The terms of a revision, and what was carried over into it. */
export interface Revision {
  number: number;
  terms: Terms;
  /** What the intervals are counted from: a change of the amount does not move the days on which months end. */
  anchorAt: Date;
  /** How many intervals there are between the anchor and the start of the terms. */
  skipped: number;
  /**
   * What the intervals before the start had granted. It counts where what was not pulled is not lost. Below 0 if the last
   * interval, which the terms begin with, had lost what was not pulled in it.
   */
  grantedBefore: bigint;
  /** All that was pulled before this revision, in its asset. */
  carriedTotal: bigint;
  /** The part of it that was pulled in the interval in which the revision was made. */
  carriedInterval: bigint;
  /** The number of that interval, in the revision's own count. */
  firstCycle: number;
}

/** What is kept of an agreement's money. */
export interface Standing {
  total: bigint;
  /** The last interval that was looked at. It never goes back, whatever the clock does. */
  cycle: number;
  /** What `total` was when that interval began. */
  totalBefore: bigint;
}

/** What was sent at one rate within one revision: its cost is rounded up once, over all of it. */
export interface Tally {
  number: number;
  /** Units of the uplink per unit of the agreement. */
  rate: Rate;
  /** Units of the uplink that arrived. */
  units: bigint;
  /** Units that are under way or whose outcome is unknown. */
  held: bigint;
}

/** Brings a standing forward to the interval of a time. */
export function standingAt(standing: Standing, { terms, anchorAt, skipped }: Revision, now: Date): Standing {
  const cycle = cycleAt(anchorAt.getTime(), intervalOf(terms), now.getTime()) - skipped;
  return cycle > standing.cycle ? { ...standing, cycle, totalBefore: standing.total } : standing;
}

/**
 * What the terms grant on top of the total, whatever is held; 0 before the start and from the expiry on. Below 0 if a change
 * of the terms grants less than was pulled.
 */
export function grantedNow(standing: Standing, { terms, grantedBefore }: Revision, now: Date): bigint {
  const { total, cycle, totalBefore } = standing;
  if (now < terms.startAt || isExpired(terms, now) || isOver(standing, terms)) return 0n;
  const limit = terms.cap
    ? totalBefore + terms.amount
    : grantedBefore + terms.amount * BigInt(Math.min(cycle, terms.cycles));
  return limit - total;
}

/** Whether the last interval has ended, and what was not pulled is lost: what rounding has left, too. */
export function isOver({ cycle }: Standing, { cap, cycles }: Pick<Terms, 'cap' | 'cycles'>): boolean {
  return cap && cycle > cycles;
}

export function isExpired({ expiryAt }: Pick<Terms, 'expiryAt'>, now: Date): boolean {
  return expiryAt !== null && now >= expiryAt;
}

/** Whether the pointer is known to those who pull. */
export function isOpenAt({ state, terms }: Pick<Agreement, 'state' | 'terms'>, now: Date): boolean {
  return state !== 'cancelled' && !isExpired(terms, now);
}

/** When the present interval ends; null before the start and after the last interval. */
export function intervalEndsAt({ cycle }: Standing, { terms, anchorAt, skipped }: Revision, now: Date): Date | null {
  if (now < terms.startAt || cycle > terms.cycles) return null;
  const boundary = boundaryMs(anchorAt.getTime(), intervalOf(terms), cycle + skipped);
  return Number.isFinite(boundary) ? new Date(boundary) : null;
}

/** What units of the uplink cost, in the agreement's asset. */
export function costOf(units: bigint, rate: Rate): bigint {
  return convertUp(units, inverse(rate));
}

/** What a tally would cost on top of what it has cost, if all that is held arrived. */
export function heldCost({ rate, units, held }: Tally): bigint {
  return costOf(units + held, rate) - costOf(units, rate);
}

/** The most units that may be sent at a tally's rate on top of its own, so that they cost no more than `room`. */
export function unitsWithin(room: bigint, { rate, units, held }: Tally): bigint {
  const most = ((costOf(units, rate) + room) * rate.units) / rate.per - units - held;
  return most > 0n ? most : 0n;
}

/** @throws {Error} if the terms were not checked. */
export function intervalOf({ interval }: Pick<Terms, 'interval'>) {
  const parsed = parseInterval(interval);
  if (parsed === undefined) throw new Error(`An agreement has the interval ${interval}`);
  return parsed;
}
