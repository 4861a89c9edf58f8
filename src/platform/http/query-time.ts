import * as z from 'zod';
import { isStorableTime } from '#platform/storable-text.ts';

/** Times of a query as people and the older `taritools` write them. */

const PARTS =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,9}))?)?)?(?:(Z)|([+ -])(\d{2}):?(\d{2}))?)?$/i;

/**
 * Reads `2024-03-11T08:30:00Z`, and shorter: `2024-03-11T0:0:0Z`, `2024-03-11T8:30`, `2024-03-11`, which is its first
 * moment. Without a zone it is UTC. A `+` that was not escaped in a URL arrives as a space, and is read as what it was.
 * Answers undefined for what is no time, such as the 30th of February.
 */
export function parseQueryTime(text: string): Date | undefined {
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
  time.setUTCHours(hour, minute, second, milliseconds);
  const zoneMs = (zoneHours * 60 + zoneMinutes) * 60_000 * (match[9] === '-' ? -1 : 1);
  const utc = new Date(time.getTime() - zoneMs);
  return isStorableTime(utc) ? utc : undefined;
}

export const queryTime = z
  .string()
  .max(64)
  .transform((text, context): Date => {
    const time = parseQueryTime(text);
    if (time !== undefined) return time;
    context.issues.push({ code: 'custom', message: 'must be a time like 2024-03-11T08:30:00Z', input: text });
    return z.NEVER;
  });
