import { describe, expect, it } from 'vitest';
import { boundaryMs, cycleAt } from '#pull-payments/terms/calendar.ts';
import { type Interval, parseInterval } from '#pull-payments/terms/interval.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

function interval(text: string): Interval {
  const parsed = parseInterval(text);
  if (parsed === undefined) throw new Error(`${text} is no interval`);
  return parsed;
}

const at = (time: string) => Date.parse(time);
const dayOf = (start: string, text: string, n: number) =>
  new Date(boundaryMs(at(start), interval(text), n)).toISOString().slice(0, 10);

describe('an interval', () => {
  it.each([
    ['P1M', 1, 0],
    ['P13M', 13, 0],
    ['P1Y', 12, 0],
    ['P1Y1M', 13, 0],
    ['P0.5Y', 6, 0],
    ['P1W', 0, 7 * DAY],
    ['P0.5W', 0, 3.5 * DAY],
    ['PT36H', 0, 36 * HOUR],
    ['PT1.5S', 0, 1500],
    ['PT1,5S', 0, 1500],
    ['PT0.025H', 0, 90_000],
    ['P0Y0M0DT0H1M', 0, 60_000],
    ['P1Y2M3DT4H5M6S', 14, 3 * DAY + 4 * HOUR + 5 * 60_000 + 6000],
    ['PT1S', 0, 1000],
  ])('%s is %i months and %i ms', (text, months, milliseconds) => {
    expect(parseInterval(text)).toEqual({ months, milliseconds });
  });

  it.each([
    ...[
      '',
      'P',
      'PT',
      'P1MT',
      '1M',
      'p1m',
      'P-1M',
      '-P1M',
      'P1M ',
      ' P1M',
      'P1M\n',
      'P1X',
      'P1H',
      'PT1D',
      'PM',
      'P1D1M',
    ],
    ...['P0D', 'PT0S', 'PT0.5S', 'PT0.999S', 'P0.5M', 'P0.3Y', 'P1.5MT1S', 'P1.5DT1H', 'PT1.0001S', 'P0.1234567S'],
    ...['P99999Y', 'P999999999999M', 'P999999999D', 'PT9999999999999S', '60000', 'PT١S', 'PT1e3S', 'P0x1D', 'NaN'],
    ...[`P${'0'.repeat(100)}1D`, 'P1M2M', 'P1D;PT1S', 'R12/2024-01-01T00:00:00Z/P1M'],
  ])('is not %j', (text) => {
    expect(parseInterval(text)).toBeUndefined();
  });
});

describe('months', () => {
  it('are counted from the start, so that a short one does not shorten those that follow', () => {
    const days = Array.from({ length: 14 }, (_, n) => dayOf('2024-01-31T00:00:00Z', 'P1M', n));
    expect(days.map((day) => day.slice(5))).toEqual([
      ...['01-31', '02-29', '03-31', '04-30', '05-31', '06-30', '07-31', '08-31', '09-30', '10-31', '11-30', '12-31'],
      ...['01-31', '02-28'],
    ]);
  });

  it('of the 29th of February come back to it in leap years', () => {
    const years = Array.from({ length: 5 }, (_, n) => dayOf('2024-02-29T12:00:00Z', 'P1Y', n));
    expect(years).toEqual(['2024-02-29', '2025-02-28', '2026-02-28', '2027-02-28', '2028-02-29']);
    expect(dayOf('1896-02-29T00:00:00Z', 'P1Y', 4)).toBe('1900-02-28');
    expect(dayOf('1996-02-29T00:00:00Z', 'P1Y', 4)).toBe('2000-02-29');
  });

  it('are moved before weeks, days and time', () => {
    const boundary = boundaryMs(at('2024-01-31T22:00:00Z'), interval('P1M1DT3H'), 1);
    expect(new Date(boundary).toISOString()).toBe('2024-03-02T01:00:00.000Z');
  });

  it('begin in UTC at the time of the start, summer and winter', () => {
    const boundary = boundaryMs(at('2024-01-15T09:30:00.123Z'), interval('P1M'), 7);
    expect(new Date(boundary).toISOString()).toBe('2024-08-15T09:30:00.123Z');
  });
});

describe('the number of an interval', () => {
  it('is 1 before the start and from it on, and the next from the very millisecond of a boundary on', () => {
    const [start, hour] = [at('2026-01-01T00:00:00Z'), interval('PT1H')];
    const numbers = [-DAY, 0, HOUR - 1, HOUR, HOUR + 1, 2 * HOUR - 1, 2 * HOUR].map((past) =>
      cycleAt(start, hour, start + past),
    );
    expect(numbers).toEqual([1, 1, 1, 2, 2, 2, 3]);
  });

  it('agrees with the boundaries, however far they are', () => {
    for (const text of ['P1M', 'P1M1D', 'P7M', 'P1Y', 'P1W', 'PT1S', 'P10000Y', 'P1MT1S']) {
      for (const start of ['2024-01-31T00:00:00Z', '1970-01-01T00:00:00Z', '2023-12-31T23:59:59.999Z']) {
        for (const n of [1, 2, 3, 11, 12, 13, 100, 1199, 250_000]) {
          const boundary = boundaryMs(at(start), interval(text), n);
          if (boundary === Number.POSITIVE_INFINITY) continue;
          expect(cycleAt(at(start), interval(text), boundary), `${text} ${start} ${n}`).toBe(n + 1);
          expect(cycleAt(at(start), interval(text), boundary - 1), `${text} ${start} ${n}`).toBe(n);
        }
      }
    }
  });

  it('never ends beyond all dates', () => {
    expect(boundaryMs(at('2024-01-31T00:00:00Z'), interval('P10000Y'), 1_000_000)).toBe(Number.POSITIVE_INFINITY);
    expect(cycleAt(at('2024-01-31T00:00:00Z'), interval('P10000Y'), 8.64e15)).toBe(28);
  });
});
