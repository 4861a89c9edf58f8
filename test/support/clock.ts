import type { Clock } from '#platform/clock.ts';
import { NOW } from './test-wallets.ts';

/** A clock that stands still until its test moves it. */
export interface ManualClock extends Clock {
  advance(milliseconds: number): void;
  /** Sets it to where it started. */
  setBack(): void;
}

export function manualClock(start: Date = NOW): ManualClock {
  let time = start.getTime();
  return {
    now: () => new Date(time),
    advance(milliseconds) {
      time += milliseconds;
    },
    setBack() {
      time = start.getTime();
    },
  };
}
