import { beforeAll, describe, expect, it } from 'vitest';
import { Tally } from '#test/simulation/coverage.ts';
import { tableOf } from '#test/simulation/coverage-table.ts';
import { missingIn, STATE_CHANGES } from '#test/simulation/expected-coverage.ts';
import { sqliteDatabases } from '#test/simulation/faults/sqlite.ts';
import { playHistory, STEPS_OF_A_HISTORY } from '#test/simulation/history.ts';
import { type Simulation, simulate } from '#test/simulation/worker-pool.ts';

/** So many are played in any case, and more until everything has come up; where it has not after the most, it never does. */
const MIN_STEPS = 50_000;
const MAX_STEPS = 100_000;
/** A minute or two, and ten times as long on a machine that is busy with other things. */
const TIMEOUT_MS = 15 * 60_000;

describe('random histories of everything that can happen', () => {
  const seed = Date.now() % 1_000_000_000;
  let simulation: Simulation;

  beforeAll(async () => {
    const histories = Math.ceil(MAX_STEPS / STEPS_OF_A_HISTORY);
    const ending = new AbortController();
    const progress = (tally: Tally) => {
      if (tally.steps >= MIN_STEPS && missingIn(tally).length === 0) ending.abort();
    };
    simulation = await simulate({ seed, histories, workers: 2, progress, signal: ending.signal });
  }, TIMEOUT_MS);

  it('leave the books after every step as they are on paper', () => {
    const found = simulation.findings.map(
      ({ seed, message, trail }) =>
        `${message}\n${trail.join('\n')}\nnpm run test:simulate -- --histories 1 --seed ${seed} --trace`,
    );
    expect(found).toEqual([]);
    expect(simulation.tally.steps).toBeGreaterThanOrEqual(MIN_STEPS);
  });

  it('bring up every kind of input, every change of state, every fault, and all that becomes of payments on the chain', () => {
    const { tally } = simulation;
    expect(missingIn(tally), tableOf(tally)).toEqual([]);
    // A change of state that the table does not have would have come from nowhere.
    expect([...tally.counts.state.keys()].filter((name) => !STATE_CHANGES.includes(name))).toEqual([]);
  });
});

describe('a history', () => {
  it('is played again by its seed, step by step', async () => {
    const databases = await sqliteDatabases();
    const play = async () => {
      const lines: string[] = [];
      await playHistory({ seed: 7, databases, tally: new Tally(), trace: (line) => lines.push(line) });
      return lines;
    };
    const first = await play();
    expect(first.length).toBeGreaterThan(STEPS_OF_A_HISTORY);
    expect(await play()).toEqual(first);
  });
});
