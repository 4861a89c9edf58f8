/** Null characters, which PostgreSQL can't store, and halves of characters, which come back as something else. */
const UNSTORABLE = /\0|\p{Surrogate}/u;

const UNSTORABLE_EVERYWHERE = new RegExp(UNSTORABLE, 'gu');

const REPLACEMENT_CHARACTER = '\ufffd';

/** Whether a text comes back from every database as it was. */
export function isStorable(text: string): boolean {
  return !UNSTORABLE.test(text);
}

/** The text with what can't be stored replaced: for what must be kept, whatever it holds. */
export function storableText(text: string): string {
  return text.replace(UNSTORABLE_EVERYWHERE, REPLACEMENT_CHARACTER);
}

/** In the text of JSON: an escaped backslash, a whole character of two halves, or what can't be stored. */
const JSON_ESCAPES = /\\\\|\\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}|(\\u(?:d[89a-f][0-9a-f]{2}|0000))/gi;

/** The text of JSON with what can't be stored replaced: SQLite keeps it, since it is escaped, and PostgreSQL refuses it. */
export function storableJson(json: string): string {
  return json.replace(JSON_ESCAPES, (found, unstorable?: string) => (unstorable === undefined ? found : '\\ufffd'));
}

const FIRST_TIME_MS = Date.parse('0001-01-01T00:00:00.000Z');
const LAST_TIME_MS = Date.parse('9999-12-31T23:59:59.999Z');

/** Whether a time comes back from every database as it was, and sorts as text: of the years 1 to 9999. */
export function isStorableTime(time: Date): boolean {
  return time.getTime() >= FIRST_TIME_MS && time.getTime() <= LAST_TIME_MS;
}
