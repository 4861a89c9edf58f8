import { parseEnv } from 'node:util';

/** A line of a settings file that sets something: with or without `export`, with `=` or `: `. */
const ASSIGNMENT = /^\s*(?:export\s+)?([\w.-]+)(?:\s*=|:\s)\s*(.*?)\s*$/s;

/**
 * Parses `NAME=value` lines, as of a `.env` file. Values may be quoted, also over several lines; a # starts a comment. If
 * a name is repeated, the last value counts.
 *
 * Node's own parser takes a line that sets nothing for the start of the next name, and a byte order mark or a tab for
 * a letter of it: the setting after it would be lost silently. So it is given only the lines that set something, tidied.
 */
export function parseSettingsText(text: string): Record<string, string> {
  const lines = text.split(/\r\n?|\n/);
  const kept: string[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const [, name, value = ''] = ASSIGNMENT.exec(lines[index] ?? '') ?? [];
    if (name === undefined) continue;
    const isQuoted = /^["'`]/.test(value);
    kept.push(`${name}=${isQuoted ? value : value.replace(/\s*#.*$/, '')}`);
    const end = isQuoted ? lastLineOfValue(lines, index, value) : index;
    kept.push(...lines.slice(index + 1, end + 1));
    index = end;
  }
  return { ...parseEnv(`${kept.join('\n')}\n`) } as Record<string, string>;
}

/** A quote that is never closed is a letter like any other, and the value ends with its line. */
function lastLineOfValue(lines: readonly string[], first: number, value: string): number {
  const quote = value.charAt(0);
  if (value.indexOf(quote, 1) !== -1) return first;
  const last = lines.findIndex((line, index) => index > first && line.includes(quote));
  return last === -1 ? first : last;
}
