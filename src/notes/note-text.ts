/** Room for a customer's mail; a full thread is still only some megabytes. */
export const MAX_NOTE_LENGTH = 4000;

/** Control characters other than line feed: terminals act on them, and they can hide or reorder other text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused.
const STEERING = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/;

export function isBlank(text: string): boolean {
  return text.trim() === '';
}

/** Whether it can be shown anywhere as it was written. */
export function isShowable(text: string): boolean {
  return !STEERING.test(text);
}
