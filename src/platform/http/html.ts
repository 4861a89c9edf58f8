/**
 * HTML as a tagged template: every value is escaped unless it was made by this template itself. Values may appear as text
 * or in a quoted attribute, and nowhere else.
 */

/** Text that may be sent as HTML. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** The values of a template. null, undefined and false produce no output. */
export type HtmlValue = string | number | bigint | Html | readonly HtmlValue[] | null | undefined | false;

const ESCAPED: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPED[character] ?? '');
}

/** @throws {Error} for a value in an unquoted attribute, where a space would start another attribute. */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let text = parts[0] ?? '';
  for (const [index, value] of values.entries()) {
    if (isBareAttribute(text)) throw new Error('The value of an attribute must be quoted');
    text += textOf(value) + (parts[index + 1] ?? '');
  }
  return new Html(text);
}

/** Whether the next value would be in an unquoted attribute. */
function isBareAttribute(text: string): boolean {
  if (!/=\s*$/.test(text)) return false;
  const tag = text.slice(text.lastIndexOf('<'));
  return (tag.match(/"/g)?.length ?? 0) % 2 === 0;
}

function textOf(value: HtmlValue): string {
  if (value instanceof Html) return value.text;
  if (value === null || value === undefined || value === false) return '';
  if (typeof value === 'object') return value.map(textOf).join('');
  return escapeHtml(String(value));
}
