import { stringifyJson } from './json.ts';

/** JSON that is complete. It is sent as it is, so a list is made into text once, in the thread that reads it. */
export type JsonText = string & { readonly __brand: 'JsonText' };

/** A page of a list as JSON. */
export interface TextPage<Position> {
  text: JsonText;
  /** Where the next page begins; undefined if there is none. */
  next: Position | undefined;
}

export function jsonOf(value: unknown): JsonText {
  return stringifyJson(value) as JsonText;
}

export function jsonArray(items: readonly JsonText[]): JsonText {
  return `[${items.join(',')}]` as JsonText;
}

/** An object of values that are JSON already. The names are the program's own and need no escaping. */
export function jsonObject(fields: Readonly<Record<string, JsonText>>): JsonText {
  const texts = Object.entries(fields).map(([name, text]) => `"${name}":${text}`);
  return `{${texts.join(',')}}` as JsonText;
}
