/** The pauses between tries double from the first to the longest. */
const FIRST_PAUSE_MS = 1_000;
export const LONGEST_PAUSE_MS = 10 * 60_000;

/** With the pauses above this is about a day; after that a person must look. */
export const MOST_ATTEMPTS = 150;

/** The pause before the next try, in milliseconds: doubling, with jitter so that retries do not come in step. */
export function pauseMs(attempts: number, random: () => number): number {
  const pause = Math.min(FIRST_PAUSE_MS * 2 ** Math.min(attempts - 1, 30), LONGEST_PAUSE_MS);
  return Math.round(pause * (0.5 + random() / 2));
}

/** The pause after a failure where the other side may have asked for a longer one, in milliseconds. */
export function pauseAfterMs(attempts: number, random: () => number, askedMs = 0): number {
  return Math.max(pauseMs(attempts, random), Math.min(askedMs, LONGEST_PAUSE_MS));
}
