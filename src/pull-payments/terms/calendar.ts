import type { Interval } from './interval.ts';

/** The mean length of a month of the Gregorian calendar. */
const MEAN_MONTH_MS = (365.2425 / 12) * 86_400_000;

/**
 * When interval number n ends and the next one begins; number 0 ends at the start. The start is moved by n times the
 * months in UTC, the day cut to the last one of the month, and then by n times the rest: always counted from the start, so
 * that one short month does not shorten all that follow.
 * @returns milliseconds; Infinity if it is beyond all dates.
 */
export function boundaryMs(startMs: number, { months, milliseconds }: Interval, n: number): number {
  const moved = months === 0 ? startMs : addMonthsMs(startMs, months * n);
  const boundary = moved + milliseconds * n;
  return Number.isNaN(new Date(boundary).getTime()) ? Number.POSITIVE_INFINITY : boundary;
}

function addMonthsMs(startMs: number, months: number): number {
  const start = new Date(startMs);
  const monthIndex = start.getUTCFullYear() * 12 + start.getUTCMonth() + months;
  const [year, month] = [Math.floor(monthIndex / 12), monthIndex % 12];
  const day = Math.min(start.getUTCDate(), daysOf(year, month));
  const moved = new Date(startMs);
  moved.setUTCFullYear(year, month, day);
  return moved.getTime();
}

function daysOf(year: number, month: number): number {
  const last = new Date(0);
  last.setUTCFullYear(year, month + 1, 0);
  return last.getUTCDate();
}

/** The number of the interval that a time is in, from 1: interval n is from boundary n − 1 on and before boundary n. */
export function cycleAt(startMs: number, interval: Interval, timeMs: number): number {
  const meanMs = interval.months * MEAN_MONTH_MS + interval.milliseconds;
  let cycle = Math.max(1, Math.floor((timeMs - startMs) / meanMs) + 1);
  while (cycle > 1 && timeMs < boundaryMs(startMs, interval, cycle - 1)) cycle -= 1;
  while (timeMs >= boundaryMs(startMs, interval, cycle)) cycle += 1;
  return cycle;
}
