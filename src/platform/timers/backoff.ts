/** The back-off between attempts of a delivery to the shop or a plugin. */
const FIRST_PAUSE_MS = 1_000;
export const MAX_PAUSE_MS = 10 * 60_000;

/** With the pauses above these take about a day; after that an operator must look. */
export const MAX_ATTEMPTS = 150;

/** Exponential back-off: twice as long after each attempt, up to a maximum. Without jitter. */
export function doubledPauseMs(attempts: number, firstMs: number, maxMs: number): number {
  return Math.min(firstMs * 2 ** Math.min(attempts - 1, 30), maxMs);
}

/** The same with jitter, so that retries do not come in step: from a half of it to all of it, in whole milliseconds. */
export function jitteredPauseMs(attempts: number, firstMs: number, maxMs: number, random: () => number): number {
  return Math.round(doubledPauseMs(attempts, firstMs, maxMs) * (0.5 + random() / 2));
}

/** The pause before the next attempt, in milliseconds. */
export function pauseMs(attempts: number, random: () => number): number {
  return jitteredPauseMs(attempts, FIRST_PAUSE_MS, MAX_PAUSE_MS, random);
}

/** The pause after a failure if the receiver may have asked for a longer one, in milliseconds. */
export function pauseAfterMs(attempts: number, random: () => number, askedMs = 0): number {
  return Math.max(pauseMs(attempts, random), Math.min(askedMs, MAX_PAUSE_MS));
}
