import * as z from 'zod';
import { readWrittenTime } from '#platform/written-time.ts';

/** A time in a query as people and the older `taritools` write it; UTC by default. */
export const queryTime = z
  .string()
  .max(64)
  .transform((text, context): Date => {
    const time = readWrittenTime(text);
    if (time !== undefined) return time;
    context.issues.push({ code: 'custom', message: 'must be a time like 2024-03-11T08:30:00Z', input: text });
    return z.NEVER;
  });
