import { setTimeout as sleep } from 'node:timers/promises';
import type { Condition } from '#platform/monitoring/readiness.ts';
import type { MonitoringService } from '#platform/monitoring/service.ts';
import type { Readiness } from './schemas.ts';

/** The check writes to the database, so its result is cached for this long. */
const FRESH_FOR_MS = 2_000;

/** Longer than the wait for a locked SQLite file, and shorter than load balancers' time-outs. */
const FOUND_WITHIN_MS = 2_500;

const ENDING = 'The server is about to shut down; it accepts requests until then.';

const TOO_LATE = `The database, or a plugin that computes, has blocked the server for ${FOUND_WITHIN_MS / 1000} s.`;

/**
 * Creates the readiness check of the HTTP thread.
 * @param isEnding whether the server will shut down soon.
 */
export async function createReadiness(
  { condition, unknown }: Pick<MonitoringService, 'condition' | 'unknown'>,
  isEnding: () => boolean,
) {
  const late: Condition = { reasons: [TOO_LATE], hasDatabase: false, details: await unknown() };
  let last: { at: number; found: Promise<Condition> } | undefined;

  return async (): Promise<Readiness> => {
    const now = performance.now();
    if (last === undefined || now - last.at > FRESH_FOR_MS) last = { at: now, found: inTime(condition(), late) };
    const { reasons, hasDatabase, details } = await last.found;
    const allReasons = isEnding() ? [...reasons, ENDING] : [...reasons];
    return {
      ready: allReasons.length === 0,
      reasons: allReasons,
      database: hasDatabase ? 'ok' : 'unavailable',
      ...details,
    };
  };
}

async function inTime(found: Promise<Condition>, late: Condition): Promise<Condition> {
  const waiting = new AbortController();
  const timeout = sleep(FOUND_WITHIN_MS, late, { signal: waiting.signal });
  timeout.catch(() => undefined);
  try {
    return await Promise.race([found, timeout]);
  } finally {
    waiting.abort();
  }
}
