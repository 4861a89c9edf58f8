import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PollingLoop } from '#platform/timers/polling-loop.ts';

describe('a loop', () => {
  let turns: number;
  let pauseMs: number;
  let loop: PollingLoop;

  beforeEach(() => {
    vi.useFakeTimers();
    turns = 0;
    pauseMs = 1_000;
    loop = new PollingLoop(
      async () => {
        turns += 1;
        return pauseMs;
      },
      () => pauseMs,
    );
  });
  afterEach(async () => {
    await loop.stop();
    vi.useRealTimers();
  });

  it('takes a turn at once, and the next after each pause', async () => {
    loop.start();
    loop.start();
    await vi.advanceTimersByTimeAsync(2_999);
    expect(turns).toBe(3);
    await vi.advanceTimersByTimeAsync(1);
    expect(turns).toBe(4);
  });

  it('takes the next turn at once when it is woken, also in the middle of a turn', async () => {
    let isWoken = false;
    loop = new PollingLoop(
      async () => {
        turns += 1;
        if (!isWoken) loop.wake();
        isWoken = true;
        return pauseMs;
      },
      () => pauseMs,
    );
    loop.start();
    await vi.advanceTimersByTimeAsync(0);
    expect(turns).toBe(2);
    loop.wake();
    await vi.advanceTimersByTimeAsync(0);
    expect(turns).toBe(3);
    await vi.advanceTimersByTimeAsync(999);
    expect(turns).toBe(3);
  });

  it('goes on after a turn that failed, when the pause is over that was answered to it', async () => {
    const heard: unknown[] = [];
    const failing = new PollingLoop(
      async () => {
        turns += 1;
        throw new Error(`turn ${turns}`);
      },
      (error) => {
        heard.push((error as Error).message);
        return 50;
      },
    );
    failing.start();
    await vi.advanceTimersByTimeAsync(100);
    expect(heard).toEqual(['turn 1', 'turn 2', 'turn 3']);
    await failing.stop();
  });

  it('is stopped when its turn has ended, and says so to a turn that takes long', async () => {
    const slow = new PollingLoop(
      async () => {
        turns += 1;
        await new Promise((resolve) => slow.stopping.addEventListener('abort', () => setTimeout(resolve, 500)));
        return 0;
      },
      () => 0,
    );
    slow.start();
    let isStopped = false;
    void slow.stop().then(() => {
      isStopped = true;
    });
    await vi.advanceTimersByTimeAsync(499);
    expect(isStopped).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect([isStopped, turns]).toEqual([true, 1]);
  });

  it('takes no turn once it was stopped', async () => {
    await loop.stop();
    loop.start();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(turns).toBe(0);
  });
});
