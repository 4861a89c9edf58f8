import { isStorableTime } from './storable-text.ts';

/** Times as people write them in queries and options. */

const PARTS =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,9}))?)?)?(?:(Z)|([+ -])(\d{2}):?(\d{2}))?)?$/i;

/**
 * Parses `2024-03-11T08:30:00Z` and shorter forms: `2024-03-11T0:0:0Z`, `2024-03-11T8:30`, `2024-03-11`, which is the
 * start of the day. A `+` that was not escaped in a URL arrives as a space and is accepted. Returns undefined for
 * anything else, such as the 30th of February.
 * @param zone the zone of times without one: UTC, or the machine's own.
 */
export function readWrittenTime(text: string, zone: 'utc' | 'local' = 'utc'): Date | undefined {
  const match = PARTS.exec(text.trim());
  if (match === null) return undefined;
  const number = (part: number) => Number(match[part] ?? 0);
  const [year, month, day] = [number(1), number(2), number(3)];
  const [hour, minute, second] = [number(4), number(5), number(6)];
  const milliseconds = Number((match[7] ?? '').slice(0, 3).padEnd(3, '0'));
  const [zoneHours, zoneMinutes] = [number(10), number(11)];
  if (hour > 23 || minute > 59 || second > 59 || zoneHours > 23 || zoneMinutes > 59) return undefined;
  const time = new Date(0);
  time.setUTCFullYear(year, month - 1, day);
  if (time.getUTCMonth() !== month - 1 || time.getUTCDate() !== day) return undefined;
  if (zone === 'local' && match[8] === undefined && match[9] === undefined) {
    const local = new Date(2000, 0, 1, hour, minute, second, milliseconds);
    local.setFullYear(year, month - 1, day);
    // That day may have another UTC offset than the day that the Date was created for.
    local.setHours(hour, minute, second, milliseconds);
    return isStorableTime(local) ? local : undefined;
  }
  time.setUTCHours(hour, minute, second, milliseconds);
  const zoneMs = (zoneHours * 60 + zoneMinutes) * 60_000 * (match[9] === '-' ? -1 : 1);
  const utc = new Date(time.getTime() - zoneMs);
  return isStorableTime(utc) ? utc : undefined;
}
