/** Days of a calendar in a time zone, and the moments at which they begin. */

/** A day as it is written: `2026-11-30`. */
export type Day = string;

/** More than any zone is away from UTC, so that a day begins within this distance of its beginning in UTC. */
const MAX_OFFSET_MS = 26 * 3_600_000;

const DAY_MS = 24 * 3_600_000;

const formats = new Map<string, Intl.DateTimeFormat>();

/** Beyond this many zones the formats are made again. */
const MAX_FORMATS = 100;

/** @throws {RangeError} for a zone that is not known. */
function formatIn(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (format === undefined) {
    if (formats.size >= MAX_FORMATS) formats.clear();
    format = new Intl.DateTimeFormat('en', {
      timeZone,
      calendar: 'iso8601',
      numberingSystem: 'latn',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
    });
    formats.set(timeZone, format);
  }
  return format;
}

/** Whether the machine knows a time zone of this name, such as `Europe/Berlin` or `UTC`. */
export function isTimeZone(name: string): boolean {
  try {
    formatIn(name);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** The day that it is in a zone at a moment. */
export function dayAt(time: Date, timeZone: string): Day {
  const parts = new Map(
    formatIn(timeZone)
      .formatToParts(time)
      .map(({ type, value }) => [type, value]),
  );
  return `${(parts.get('year') ?? '').padStart(4, '0')}-${parts.get('month')}-${parts.get('day')}`;
}

/** The day so many days later, or earlier. */
export function daysLater(day: Day, days: number): Day {
  return new Date(middayOf(day).getTime() + days * DAY_MS).toISOString().slice(0, 10);
}

/** The first day of the month of a day, or of a month before or after it. */
export function firstOfMonth(day: Day, monthsLater = 0): Day {
  const time = middayOf(day);
  time.setUTCDate(1);
  time.setUTCMonth(time.getUTCMonth() + monthsLater);
  return time.toISOString().slice(0, 10);
}

/** The Monday of the week of a day. */
export function mondayOf(day: Day): Day {
  return daysLater(day, -((middayOf(day).getUTCDay() + 6) % 7));
}

/** Whether a text is a day that there is: not the 30th of February. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = middayOf(text);
  return !Number.isNaN(time.getTime()) && time.toISOString().slice(0, 10) === text;
}

/**
 * The first moment of a day in a zone, to the second. Days differ in length, begin at one o'clock where clocks are put
 * forward at midnight, and are left out where a zone moves across the date line: such a day begins where the next does.
 */
export function startOfDay(day: Day, timeZone: string): Date {
  const utc = Date.parse(`${day}T00:00:00Z`);
  // Days only rise with time, so the first second with this day is found by halving.
  let before = (utc - MAX_OFFSET_MS) / 1000;
  let after = (utc + MAX_OFFSET_MS) / 1000;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (dayAt(new Date(middle * 1000), timeZone) >= day) after = middle;
    else before = middle;
  }
  return new Date(after * 1000);
}

function middayOf(day: Day): Date {
  return new Date(`${day}T12:00:00Z`);
}
