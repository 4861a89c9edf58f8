let lastMs = Number.NaN;
let lastText = '';

/** The time in milliseconds as the database and JSON write it. Most times of a step are the same one. */
export function timeText(ms: number): string {
  if (ms !== lastMs) {
    lastText = new Date(ms).toISOString();
    lastMs = ms;
  }
  return lastText;
}
