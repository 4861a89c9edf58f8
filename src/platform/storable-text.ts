import { UNPORTABLE } from '#tari/portable-text.ts';

export { isStorable } from '#tari/portable-text.ts';

const UNSTORABLE_EVERYWHERE = new RegExp(UNPORTABLE, 'gu');

const REPLACEMENT_CHARACTER = '\ufffd';

/** The text with characters that can't be stored replaced, for texts that must be kept whatever they contain. */
export function storableText(text: string): string {
  return text.replace(UNSTORABLE_EVERYWHERE, REPLACEMENT_CHARACTER);
}

/** In JSON text: an escaped backslash, a surrogate pair, or an escape that can't be stored. */
const JSON_ESCAPES = /\\\\|\\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}|(\\u(?:d[89a-f][0-9a-f]{2}|0000))/gi;

/** JSON text with escapes that can't be stored replaced: SQLite stores them as text, but PostgreSQL refuses them. */
export function storableJson(json: string): string {
  return json.replace(JSON_ESCAPES, (found, unstorable?: string) => (unstorable === undefined ? found : '\\ufffd'));
}

const FIRST_TIME_MS = Date.parse('0001-01-01T00:00:00.000Z');
const LAST_TIME_MS = Date.parse('9999-12-31T23:59:59.999Z');

/** Whether a time survives a round trip through every database and sorts as text: years 1 to 9999. */
export function isStorableTime(time: Date): boolean {
  return time.getTime() >= FIRST_TIME_MS && time.getTime() <= LAST_TIME_MS;
}
