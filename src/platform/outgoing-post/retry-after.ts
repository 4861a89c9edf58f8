/** Longer texts are neither seconds nor a date. */
const MAX_TEXT_LENGTH = 64;

/** How long a receiver asks us to wait by a Retry-After header, in seconds or as a date. The caller bounds it. */
export function retryAfterMs(text: string | undefined, now: Date): number | undefined {
  if (text === undefined || text.length > MAX_TEXT_LENGTH) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const at = /^[A-Z][a-z]{2}, /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, at - now.getTime());
}
