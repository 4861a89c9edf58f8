import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_PAUSE_MS, pauseAfterMs, pauseMs } from '#platform/timers/backoff.ts';
import { MINUTE, SECOND } from '#test/engine.ts';

describe('the pause between tries', () => {
  it('is between half and the whole of a second doubled with each failure, and at most ten minutes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (attempts, chance) => {
          const whole = Math.min(SECOND * 2 ** (attempts - 1), 10 * MINUTE);
          const pause = pauseMs(attempts, () => chance);
          expect(Number.isInteger(pause)).toBe(true);
          expect(pause).toBeGreaterThanOrEqual(whole / 2);
          expect(pause).toBeLessThanOrEqual(whole);
        },
      ),
    );
  });

  it('uses chance, so that many failures do not come back in step', () => {
    expect(new Set([0, 0.25, 0.5, 0.75].map((chance) => pauseMs(5, () => chance))).size).toBe(4);
  });
});

describe('the pause after a failure', () => {
  const half = () => 0;

  it('is the one that was asked for where that is longer, and at most ten minutes', () => {
    expect(pauseAfterMs(1, half)).toBe(500);
    expect(pauseAfterMs(1, half, 100)).toBe(500);
    expect(pauseAfterMs(1, half, 20_000)).toBe(20_000);
    expect(pauseAfterMs(1, half, 24 * 60 * MINUTE)).toBe(MAX_PAUSE_MS);
  });
});
