import { DEFAULT_PRESET, daysOf, periodOf, type ReportPeriod } from '#support/reports/periods.ts';
import type { ReportsService } from '#support/reports/service.ts';
import type { ReportQuery } from './schemas.ts';

/** What a report is about. */
export interface Asked {
  period: ReportPeriod;
  currency: string | undefined;
}

/** The period and the currency that a query means at this time. */
export async function askedIn(query: ReportQuery, reports: ReportsService, now: Date): Promise<Asked> {
  const { period = DEFAULT_PRESET, from, to, time_zone: timeZone } = query;
  const days = from !== undefined && to !== undefined ? { from, to } : daysOf(period, now, timeZone);
  return { period: periodOf(days, timeZone), currency: query.currency ?? (await reports.currency()) };
}

/** What every answer says of its report. */
export function aboutView({ period, currency }: Asked) {
  const { from, to, since, until, timeZone } = period;
  return {
    period: { from, to, time_zone: timeZone, since: since.toISOString(), until: until.toISOString() },
    currency: currency ?? null,
    unit: 'uT' as const,
  };
}
