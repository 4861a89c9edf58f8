import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { StoreUnavailableError } from '#platform/database/errors.ts';
import type { Lease } from '#platform/database/store.ts';
import { LeaseHolder } from '#platform/jobs/lease-holder.ts';
import { recordingLog } from '#test/engine.ts';

/** A duty that its test gives and takes away. */
class GivenDuty implements Lease {
  readonly #lost = new AbortController();
  isReleased = false;
  readonly lost = this.#lost.signal;

  async release(): Promise<void> {
    this.isReleased = true;
  }

  lose(): void {
    this.#lost.abort();
  }
}

const LOOK_AGAIN_MS = 6_000;

describe('who keeps a duty', () => {
  let done: string[];
  let answers: (GivenDuty | undefined | Error)[];
  let keeper: LeaseHolder;
  const log = recordingLog();

  beforeEach(() => {
    vi.useFakeTimers();
    done = [];
    answers = [];
    keeper = new LeaseHolder({
      store: {
        isShared: true,
        async acquireLease(name) {
          done.push(`asks for ${name}`);
          const answer = answers.shift();
          if (answer instanceof Error) throw answer;
          return answer;
        },
      },
      name: 'chores',
      begin: async () => void done.push('begins'),
      end: async () => void done.push('ends'),
      random: () => 0.999,
      log,
    });
  });

  afterEach(async () => {
    vi.useRealTimers();
    await keeper.stop();
  });

  it('begins once it has it, and ends and releases it when it is stopped', async () => {
    const duty = new GivenDuty();
    answers.push(duty);
    keeper.start();
    await vi.advanceTimersByTimeAsync(10 * LOOK_AGAIN_MS);
    expect(done).toEqual(['asks for chores', 'begins']);
    await keeper.stop();
    expect([done.at(-1), duty.isReleased]).toEqual(['ends', true]);
  });

  it('looks again as long as another has it', async () => {
    answers.push(undefined, undefined, new GivenDuty());
    keeper.start();
    await vi.advanceTimersByTimeAsync(LOOK_AGAIN_MS);
    expect(done).toEqual(['asks for chores', 'asks for chores']);
    await vi.advanceTimersByTimeAsync(LOOK_AGAIN_MS);
    expect(done.at(-1)).toBe('begins');
  });

  it('ends when it is lost, and begins again when it has it again', async () => {
    const first = new GivenDuty();
    answers.push(first, new GivenDuty());
    keeper.start();
    await vi.advanceTimersByTimeAsync(1);
    first.lose();
    await vi.advanceTimersByTimeAsync(1);
    expect(first.isReleased).toBe(true);
    await vi.advanceTimersByTimeAsync(LOOK_AGAIN_MS);
    expect(done.slice(1)).toEqual(['begins', 'ends', 'asks for chores', 'begins']);
  });

  it('says that the database is out of reach, and asks again', async () => {
    answers.push(new StoreUnavailableError('It restarts'), new GivenDuty());
    keeper.start();
    await vi.advanceTimersByTimeAsync(LOOK_AGAIN_MS);
    expect(done).toEqual(['asks for chores', 'asks for chores', 'begins']);
    expect(log.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
  });
});
