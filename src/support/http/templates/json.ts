import { type Html, html } from '#platform/http/html.ts';
import { JsonError, parseJson, stringifyJson } from '#platform/json.ts';

/** A longer text is cut: nobody reads more of it on a page. */
const MAX_SHOWN = 64 * 1024;

/** JSON as people read it, or the text as it is. */
export function jsonBlock(text: string): Html {
  return html`<pre tabindex="0">${cut(indented(text))}</pre>`;
}

function cut(text: string): string {
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN)}…`;
}

function indented(text: string): string {
  try {
    return linesOf(parseJson(text), '');
  } catch (error) {
    if (error instanceof JsonError) return text;
    throw error;
  }
}

function linesOf(value: unknown, indent: string): string {
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    const inner = value.map((one) => `${indent}  ${linesOf(one, `${indent}  `)}`);
    return `[\n${inner.join(',\n')}\n${indent}]`;
  }
  if (typeof value !== 'object' || value === null) return stringifyJson(value);
  const entries = Object.entries(value);
  if (entries.length === 0) return '{}';
  const inner = entries.map(([key, one]) => `${indent}  ${JSON.stringify(key)}: ${linesOf(one, `${indent}  `)}`);
  return `{\n${inner.join(',\n')}\n${indent}}`;
}
