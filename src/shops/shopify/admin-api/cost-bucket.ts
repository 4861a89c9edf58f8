import type { Clock } from '#platform/clock.ts';

/** The state of our leaky bucket as the shop reported it in `extensions.cost.throttleStatus`, in cost points. */
export interface ThrottleStatus {
  maximumAvailable: number;
  currentlyAvailable: number;
  /** Points a second. */
  restoreRate: number;
}

/**
 * Our copy of the bucket that Shopify keeps for each app and store. Its size differs by plan and store, so it is learnt
 * from answers and never assumed; until the first answer every request may go out.
 */
export interface CostBucket {
  /** Takes the points out and returns how long to wait before sending, in milliseconds; 0 when there is room now. */
  reserve(points: number): number;
  /** Replaces our copy with the shop's report. */
  learn(status: ThrottleStatus): void;
}

export function createCostBucket(clock: Clock): CostBucket {
  let known: { status: ThrottleStatus; available: number; atMs: number } | undefined;

  return {
    reserve(points) {
      if (known === undefined) return 0;
      const { maximumAvailable, restoreRate } = known.status;
      const nowMs = clock.now().getTime();
      // The machine's clock may be set back; the bucket doesn't leak for that.
      const restored = (Math.max(0, nowMs - known.atMs) / 1000) * restoreRate;
      // A negative value represents waiting requests, so that the next one queues up behind them.
      known.available = Math.min(maximumAvailable, known.available + restored) - points;
      known.atMs = nowMs;
      return known.available >= 0 ? 0 : Math.ceil((-known.available / restoreRate) * 1000);
    },
    learn(status) {
      known = { status, available: status.currentlyAvailable, atMs: clock.now().getTime() };
    },
  };
}
