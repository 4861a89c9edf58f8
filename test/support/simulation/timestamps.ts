/** Times that are written again and again, up to so many: a history has a few hundred, and all of them stand in every comparison. */
const MAX_TEXTS = 5_000;
const texts = new Map<number, string>();

/** The time in milliseconds as the database and JSON write it. */
export function timeText(ms: number): string {
  const known = texts.get(ms);
  if (known !== undefined) return known;
  if (texts.size >= MAX_TEXTS) texts.clear();
  const text = new Date(ms).toISOString();
  texts.set(ms, text);
  return text;
}
