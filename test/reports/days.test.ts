import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayAt, daysLater, firstOfMonth, isDay, isTimeZone, mondayOf, startOfDay } from '#support/reports/days.ts';
import { daysOf, periodOf } from '#support/reports/periods.ts';

const begins = (day: string, zone: string) => startOfDay(day, zone).toISOString();

describe('days in a zone', () => {
  it('begin at midnight there', () => {
    expect(begins('2026-11-30', 'UTC')).toBe('2026-11-30T00:00:00.000Z');
    expect(begins('2026-11-30', 'Europe/Berlin')).toBe('2026-11-29T23:00:00.000Z');
    expect(begins('2026-07-01', 'Europe/Berlin')).toBe('2026-06-30T22:00:00.000Z');
    expect(begins('2026-11-30', 'Pacific/Kiritimati')).toBe('2026-11-29T10:00:00.000Z');
    expect(begins('2026-11-30', 'Asia/Kathmandu')).toBe('2026-11-29T18:15:00.000Z');
  });

  it('are 23 and 25 hours long when clocks change', () => {
    const hours = (day: string) =>
      (startOfDay(daysLater(day, 1), 'Europe/Berlin').getTime() - startOfDay(day, 'Europe/Berlin').getTime()) /
      3_600_000;
    expect([hours('2026-03-28'), hours('2026-03-29'), hours('2026-10-25')]).toEqual([24, 23, 25]);
  });

  it('begin at one o’clock where clocks go forward at midnight', () => {
    // Cairo, on the last Friday of April.
    expect(begins('2026-04-24', 'Africa/Cairo')).toBe('2026-04-23T22:00:00.000Z');
  });

  it('that a zone has left out are empty', () => {
    expect(begins('2011-12-30', 'Pacific/Apia')).toBe(begins('2011-12-31', 'Pacific/Apia'));
  });

  it('follow each other without a gap, and hold the moments that are theirs', () => {
    const anyZone = fc.constantFrom(...Intl.supportedValuesOf('timeZone'));
    const anyTime = fc.date({ min: new Date('2015-01-01'), max: new Date('2035-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(anyZone, anyTime, (zone, time) => {
        const day = dayAt(time, zone);
        const { since, until } = periodOf({ from: day, to: day }, zone);
        const next = periodOf({ from: daysLater(day, 1), to: daysLater(day, 1) }, zone);
        expect(since <= time && time <= until).toBe(true);
        expect(next.since.getTime()).toBe(until.getTime() + 1);
      }),
      { numRuns: 60 },
    );
  });

  it('are only those of the calendar', () => {
    expect(['2026-02-28', '2028-02-29', '2026-02-29', '2026-2-1', '2026-13-01', 'today'].map(isDay)).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
  });

  it('are of zones that there are', () => {
    expect(['UTC', 'Europe/Berlin', 'Mars/Olympus', '', '+01:00; drop'].map(isTimeZone)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});

describe('presets', () => {
  // A Monday, when it is Tuesday in Tokyo already.
  const now = new Date('2026-11-30T21:00:00Z');

  it('are whole days of the zone', () => {
    expect(daysOf('today', now, 'UTC')).toEqual({ from: '2026-11-30', to: '2026-11-30' });
    expect(daysOf('today', now, 'Asia/Tokyo')).toEqual({ from: '2026-12-01', to: '2026-12-01' });
    expect(daysOf('yesterday', now, 'Asia/Tokyo')).toEqual({ from: '2026-11-30', to: '2026-11-30' });
    expect(daysOf('week', now, 'UTC')).toEqual({ from: '2026-11-30', to: '2026-12-06' });
    expect(daysOf('last_week', now, 'UTC')).toEqual({ from: '2026-11-23', to: '2026-11-29' });
    expect(daysOf('month', now, 'UTC')).toEqual({ from: '2026-11-01', to: '2026-11-30' });
    expect(daysOf('last_month', now, 'UTC')).toEqual({ from: '2026-10-01', to: '2026-10-31' });
    expect(daysOf('last_month', new Date('2027-01-31T12:00:00Z'), 'UTC')).toEqual({
      from: '2026-12-01',
      to: '2026-12-31',
    });
  });

  it('know Sundays and ends of months', () => {
    expect(mondayOf('2026-12-06')).toBe('2026-11-30');
    expect(firstOfMonth('2026-03-31', -1)).toBe('2026-02-01');
  });
});
