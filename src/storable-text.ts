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

const FIRST_TIME_MS = Date.parse('0001-01-01T00:00:00.000Z');
const LAST_TIME_MS = Date.parse('9999-12-31T23:59:59.999Z');

/** Whether a time comes back from every database as it was, and sorts as text: of the years 1 to 9999. */
export function isStorableTime(time: Date): boolean {
  return time.getTime() >= FIRST_TIME_MS && time.getTime() <= LAST_TIME_MS;
}
