import { beforeAll, describe, expect, inject, it } from 'vitest';
import type { Store } from '#platform/database/store.ts';
import { Tally } from '#test/simulation/coverage.ts';
import { tableOf } from '#test/simulation/coverage-table.ts';
import { POSTGRES_FAULTS } from '#test/simulation/faults/postgres.ts';
import { STEPS_OF_A_HISTORY } from '#test/simulation/history.ts';
import { type Finding, play } from '#test/simulation/play.ts';
import type { Mutation } from '#test/simulation/simulated-server.ts';

/** A step takes a hundred times as long as on SQLite, so that there are fewer: what is tried here is the store. */
const MIN_STEPS = 2_000;
const MAX_STEPS = 6_000;
/** A minute or so, and many times as long on a machine that is busy with other things. */
const TIMEOUT_MS = 10 * 60_000;

const { serverUrl: postgresUrl } = inject('postgres');

describe('random histories over PostgreSQL', () => {
  const tally = new Tally();
  let finding: Finding | undefined;

  const missing = () => POSTGRES_FAULTS.filter((name) => tally.of('fault', `database: ${name}`) === 0);

  beforeAll(async () => {
    finding = await play({
      first: Date.now() % 1_000_000_000,
      count: Math.ceil(MAX_STEPS / STEPS_OF_A_HISTORY),
      stride: 1,
      postgresUrl,
      report: (part) => tally.add(part.plain()),
      reportEvery: 1,
      isOver: () => tally.steps >= MIN_STEPS && missing().length === 0,
    });
  }, TIMEOUT_MS);

  it('leave the books after every step as they are on paper', () => {
    const again = `npm run test:simulate -- --histories 1 --seed ${finding?.seed} --trace --postgres`;
    expect(finding === undefined ? '' : `${finding.message}\n${finding.trail.join('\n')}\n${again}`).toBe('');
    expect(tally.steps).toBeGreaterThanOrEqual(MIN_STEPS);
  });

  it('bring up every fault of the database', () => {
    expect(missing(), tableOf(tally)).toEqual([]);
  });
});

/** What becomes of works of which it is unknown whether they were committed. */
function afterUnclearCommit(answer: <T>(result: T, runAgain: () => Promise<T>) => T | Promise<T>): Mutation {
  return {
    store: (store) => {
      const run: Store['run'] = async (work) => {
        const results: Awaited<ReturnType<typeof work>>[] = [];
        try {
          return await store.run(async (tx) => {
            results[0] = await work(tx);
            return results[0];
          });
        } catch (error) {
          const [result] = results;
          if (!(error instanceof Error) || !error.message.includes('unknown whether') || result === undefined)
            throw error;
          return answer(result, () => store.run(work));
        }
      };
      return { ...store, run };
    },
  };
}

/** A history that finds both soon, as long as inputs are as they were then. */
const SOON_FOUND = 1;

const MUTANTS: Record<string, Mutation> = {
  'a commit of unknown outcome that is answered as made': afterUnclearCommit((result) => result),
  'a commit of unknown outcome whose units of work are run again': afterUnclearCommit((_, runAgain) => runAgain()),
};

describe.each(Object.entries(MUTANTS))('%s', { timeout: TIMEOUT_MS }, (_, mutation) => {
  it('is found, and found again by the seed of the history that found it', async () => {
    const finding = await play({ first: SOON_FOUND, count: 20, stride: 1, postgresUrl, mutation });
    expect(finding).toBeDefined();
    const again = await play({ first: finding?.seed ?? 0, count: 1, stride: 1, postgresUrl, mutation });
    expect(again).toMatchObject({ seed: finding?.seed, message: finding?.message, trail: finding?.trail });
  });
});
