import { describe, expect, it } from 'vitest';
import { isOnPostgres } from '#test/database/database.ts';
import { runFuzzTest } from '#test/fuzz/run.ts';
import { apiDescription } from '#test/openapi-contract/contract-document.ts';

/** Fewer where each takes longer: seeds differ, so that many runs see all the same. */
const REQUESTS = isOnPostgres() ? 800 : 1_600;

/** Routes that chance may leave out of so many. */
const MAX_UNSEEN = isOnPostgres() ? 3 : 0;

describe('broken requests of all kinds at every route', () => {
  it('are answered in the one form, never 5xx, and change no money', { timeout: 120_000 }, async () => {
    const seed = Date.now() % 1_000_000;
    const report = await runFuzzTest({ requests: REQUESTS, seed });
    expect(report.broken, `npm run test:fuzz -- --requests ${REQUESTS} --seed ${seed}`).toEqual([]);
    const { paths } = await apiDescription();
    const routes = Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    // Requests that all fail at the door would prove nothing.
    const unseen = routes.filter((route) => report.answers[route] === undefined);
    expect(unseen.slice(MAX_UNSEEN)).toEqual([]);
    const successes = Object.values(report.answers).filter((counts) => (counts[200] ?? 0) > 0);
    expect(successes.length).toBeGreaterThan(routes.length / 3);
    // A dozen in a thousand: few requests may have none by chance.
    if (!isOnPostgres()) expect(report.changes).toBeGreaterThan(0);
  });
});
