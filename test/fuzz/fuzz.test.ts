import { describe, expect, inject, it } from 'vitest';
import { runFuzzTest } from '../../scripts/fuzz/run.ts';
import { isOnPostgres } from '../helpers/database.ts';

/** Fewer where each takes longer: seeds differ, so that many runs see all the same. */
const REQUESTS = isOnPostgres() ? 400 : 1_000;

describe('broken requests of all kinds at every route', () => {
  it('are answered in the one form, never 5xx, and change no money', { timeout: 120_000 }, async () => {
    const seed = Date.now() % 1_000_000;
    const report = await runFuzzTest({ requests: REQUESTS, seed });
    expect(report.broken, `npm run test:fuzz -- --requests ${REQUESTS} --seed ${seed}`).toEqual([]);
    const { paths } = JSON.parse(inject('apiDescription')) as { paths: Record<string, Record<string, unknown>> };
    const routes = Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    if (isOnPostgres()) return;
    // Requests that all fail at the door would prove nothing.
    expect(routes.filter((route) => report.answers[route] === undefined)).toEqual([]);
    const successes = Object.values(report.answers).filter((counts) => (counts[200] ?? 0) > 0);
    expect(successes.length).toBeGreaterThan(routes.length / 3);
    expect(report.changes).toBeGreaterThan(0);
  });
});
