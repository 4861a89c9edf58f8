/** Refusals are logged at most this often. */
const REPORT_INTERVAL_MS = 10_000;

/**
 * Logs one line for many refusals: a line for each would cost more than the refusal itself. Call the returned function
 * for each refusal.
 * @param write logs how many there were since the last line, together with what is known of the latest.
 */
export function createRefusalReport<About extends readonly unknown[]>(
  write: (refused: number, ...about: About) => void,
): (...about: About) => void {
  let refused = 0;
  let reportedAt = Number.NEGATIVE_INFINITY;
  return (...about) => {
    refused += 1;
    const now = performance.now();
    if (now - reportedAt < REPORT_INTERVAL_MS) return;
    write(refused, ...about);
    refused = 0;
    reportedAt = now;
  };
}
