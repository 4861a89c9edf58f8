/** The pauses between tries of what is told to the shop or a plugin. */
const FIRST_PAUSE_MS = 1_000;
export const LONGEST_PAUSE_MS = 10 * 60_000;

/** With the pauses above this is about a day; after that a person must look. */
export const MOST_ATTEMPTS = 150;

/** Twice as long after each try, up to the longest. Callers add chance, so that many do not come in step. */
export function doubledPauseMs(tries: number, firstMs: number, longestMs: number): number {
  return Math.min(firstMs * 2 ** Math.min(tries - 1, 30), longestMs);
}

/** The pause before the next try, in milliseconds: doubling, with jitter so that retries do not come in step. */
export function pauseMs(attempts: number, random: () => number): number {
  return Math.round(doubledPauseMs(attempts, FIRST_PAUSE_MS, LONGEST_PAUSE_MS) * (0.5 + random() / 2));
}

/** The pause after a failure where the other side may have asked for a longer one, in milliseconds. */
export function pauseAfterMs(attempts: number, random: () => number, askedMs = 0): number {
  return Math.max(pauseMs(attempts, random), Math.min(askedMs, LONGEST_PAUSE_MS));
}
