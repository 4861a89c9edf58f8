import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import type { Condition } from '#platform/monitoring/readiness.ts';
import type { MonitoringService } from '#platform/monitoring/service.ts';
import type { readiness } from './schemas.ts';

export type Readiness = z.output<typeof readiness>;

/** Finding out writes to the database, so it is done at most so often, whoever asks. */
const FRESH_FOR_MS = 2_000;

/** Longer than a locked SQLite file is waited for, and shorter than balancers wait for an answer. */
const FOUND_WITHIN_MS = 2_500;

const ENDING = 'The server is about to end; it takes requests until then.';

const TOO_LATE = `The database, or a plugin that computes, has kept the server from doing anything for ${FOUND_WITHIN_MS / 1000} s.`;

/**
 * Says whether requests had better come here.
 * @param isEnding whether the server will end soon.
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
      ...(details as Omit<Readiness, 'ready' | 'reasons' | 'database'>),
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
