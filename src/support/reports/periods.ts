import { type Day, dayAt, daysLater, firstOfMonth, mondayOf, startOfDay } from './days.ts';

/** The periods that a report can name, each of whole days in its zone. `week` begins on Monday. */
export const PRESETS = ['today', 'yesterday', 'week', 'last_week', 'month', 'last_month', 'all'] as const;
export type Preset = (typeof PRESETS)[number];

export const DEFAULT_PRESET: Preset = 'month';

/** From the first to the last day, both inclusive. */
export interface Days {
  from: Day;
  to: Day;
}

/** A range of time from its first to its last moment, both inclusive. */
export interface ReportPeriod extends Days {
  since: Date;
  until: Date;
  timeZone: string;
}

/** Before the first block of Tari, and after all that this server will see. */
const ALL: Days = { from: '2000-01-01', to: '2999-12-31' };

/** The days of a preset, the days of which that are still to come included. */
export function daysOf(preset: Preset, now: Date, timeZone: string): Days {
  const today = dayAt(now, timeZone);
  switch (preset) {
    case 'today':
      return { from: today, to: today };
    case 'yesterday':
      return { from: daysLater(today, -1), to: daysLater(today, -1) };
    case 'week':
      return { from: mondayOf(today), to: daysLater(mondayOf(today), 6) };
    case 'last_week':
      return { from: daysLater(mondayOf(today), -7), to: daysLater(mondayOf(today), -1) };
    case 'month':
      return { from: firstOfMonth(today), to: daysLater(firstOfMonth(today, 1), -1) };
    case 'last_month':
      return { from: firstOfMonth(today, -1), to: daysLater(firstOfMonth(today), -1) };
    case 'all':
      return ALL;
  }
}

/** The moments of whole days in a zone. The periods of two ranges that follow each other do so without a gap. */
export function periodOf({ from, to }: Days, timeZone: string): ReportPeriod {
  const since = startOfDay(from, timeZone);
  const until = new Date(startOfDay(daysLater(to, 1), timeZone).getTime() - 1);
  return { from, to, since, until, timeZone };
}
