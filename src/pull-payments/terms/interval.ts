/** A length of time by the calendar: so many months, then so many milliseconds. */
export interface Interval {
  months: number;
  milliseconds: number;
}

export const MIN_INTERVAL_MS = 1000;

/** Longer texts are not parsed: the longest that make sense have about 40. */
const MAX_INTERVAL_LENGTH = 100;

/** No interval is longer than all of recorded history. */
const MAX_MONTHS = 12 * 10_000;
const MAX_MILLISECONDS = 10_000 * 366 * 86_400_000;

const NUMBER = '(\\d{1,12}(?:[.,]\\d{1,9})?)';
const DURATION = new RegExp(
  `^P(?:${NUMBER}Y)?(?:${NUMBER}M)?(?:${NUMBER}W)?(?:${NUMBER}D)?(?:T(?:${NUMBER}H)?(?:${NUMBER}M)?(?:${NUMBER}S)?)?$`,
);

const MONTHS = [12, 1];
const MILLISECONDS = [7 * 86_400_000, 86_400_000, 3_600_000, 60_000, 1000];

/**
 * Reads an ISO 8601 duration, such as `P1M` or `P0Y0M0DT0H1M`. Its last number may have a fraction.
 * @returns undefined if it is none, is shorter than a second or longer than 10 000 years, or is no whole number of months
 *   and of milliseconds: half a month has no fixed length.
 */
export function parseInterval(text: string): Interval | undefined {
  if (text.length > MAX_INTERVAL_LENGTH || text.endsWith('T')) return undefined;
  const [, ...numbers] = DURATION.exec(text) ?? [];
  const given = numbers.filter((number) => number !== undefined);
  if (given.length === 0 || given.slice(0, -1).some((number) => /[.,]/.test(number))) return undefined;
  const months = sumOf(numbers.slice(0, 2), MONTHS);
  const milliseconds = sumOf(numbers.slice(2), MILLISECONDS);
  if (months === undefined || milliseconds === undefined) return undefined;
  if (months > MAX_MONTHS || milliseconds > MAX_MILLISECONDS) return undefined;
  if (months === 0 && milliseconds < MIN_INTERVAL_MS) return undefined;
  return { months, milliseconds };
}

/** Undefined if it is not whole. */
function sumOf(numbers: readonly (string | undefined)[], lengths: readonly number[]): number | undefined {
  let sum = 0n;
  for (const [index, number = '0'] of numbers.entries()) {
    const [whole = '0', fraction = ''] = number.split(/[.,]/);
    const scaled = BigInt(whole + fraction) * BigInt(lengths[index] ?? 0);
    const divisor = 10n ** BigInt(fraction.length);
    if (scaled % divisor !== 0n) return undefined;
    sum += scaled / divisor;
  }
  return Number(sum);
}
