import { createHash } from 'node:crypto';
import { type Html, html } from '#platform/http/html.ts';
import type { FormState } from './page.ts';

/** The fields of forms, as browsers send them. */

export const TOKEN_FIELD = '_csrf';
export const KEY_FIELD = 'idempotency_key';

/** Of a form's own key. Keys are made by the server; any text of this form does for a program. */
const KEY = /^[\x21-\x7e]{8,255}$/;

/** A field that is there several times is a list. */
export type Fields = Readonly<Record<string, string | readonly string[]>>;

/** The fields of a form's text. */
export function fieldsOf(text: string): Fields {
  const fields: Record<string, string | string[]> = Object.create(null);
  for (const [name, value] of new URLSearchParams(text)) {
    const before = fields[name];
    fields[name] = before === undefined ? value : [...[before].flat(), value];
  }
  return fields;
}

/** The fields that are the form's own. */
export function ownFields(fields: Fields): Fields {
  const { [TOKEN_FIELD]: _token, [KEY_FIELD]: _key, ...own } = fields;
  return own;
}

/** The key of this use of the form; undefined if the form has none that can be used. */
export function keyOf(fields: Fields): string | undefined {
  const key = fields[KEY_FIELD];
  return typeof key === 'string' && KEY.test(key) ? key : undefined;
}

/** Recognises the same form sent again; one that was changed has another. */
export function fingerprintOf(path: string, fields: Fields): string {
  const sorted = Object.entries(ownFields(fields)).sort(([one], [other]) => (one < other ? -1 : 1));
  return createHash('sha256')
    .update(`console ${path}\n${JSON.stringify(sorted)}`)
    .digest('base64url');
}

export function hiddenFields(token: string, key: string): Html {
  return html`<input type="hidden" name="${TOKEN_FIELD}" value="${token}"><input type="hidden" name="${KEY_FIELD}" value="${key}">`;
}

/** A form that nothing was typed into yet, or that comes back. */
export function formState(hidden: Html, fields: Fields = {}, found: Partial<FormState> = {}): FormState {
  const values = Object.entries(ownFields(fields)).map(([name, value]) => [name, [value].flat()[0] ?? '']);
  return { values: Object.fromEntries(values), problems: {}, problem: undefined, hidden, ...found };
}

/** What is wrong with each field, by its name; what concerns no field is in the first. */
export function problemsOf(issues: readonly { path: PropertyKey[]; message: string }[]) {
  const problems: Record<string, string> = {};
  const others: string[] = [];
  for (const { path, message } of issues) {
    const [name] = path;
    if (typeof name === 'string') problems[name] ??= sentence(message);
    else others.push(sentence(message));
  }
  return { problems, problem: others[0] };
}

function sentence(message: string): string {
  return `${message.charAt(0).toUpperCase()}${message.slice(1)}${/[.!?]$/.test(message) ? '' : '.'}`;
}
