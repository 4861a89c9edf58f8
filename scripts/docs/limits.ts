import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The second column of the table of limits in docs/architecture.md, made from the constants that its third column names.
 * What a limit is for, and why it is what it is, are sentences that people write.
 */

const ROW = /^\| ([^|]*) \| ([^|]*) \| ((?:`\w+`(?:, )?)+ in `[\w./-]+`) \|/gm;
const QUANTITY = /(\d+)\/\d+|\d+(?:[ ,]\d{3})*(?:\.\d+)?( million)?(?: (ms|s|min|h|KiB|MiB|MB)\b)?/g;

/** How many of the constant's own unit make one of the unit that is shown. */
const UNITS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  MS: { ms: 1, s: 1000, min: 60_000, h: 3_600_000 },
  BYTES: { KiB: 1024, MiB: 1024 ** 2 },
  KIB: { KiB: 1, MiB: 1024 },
  MB: { MB: 1 },
};

/** @throws {Error} where a constant is not where a row says, or a row shows fewer quantities than it names. */
export function withLimits(page: string, root: string): string {
  return page.replace(ROW, (row, what: string, shown: string, where: string) => {
    const file = /in `([^`]+)`$/.exec(where)?.[1] ?? '';
    const source = readFileSync(join(root, file), 'utf8');
    const constants = [...where.matchAll(/`(\w+)`(?=.* in )/g)].map(([, name = '']) => ({
      name,
      ...constant(source, name, file),
    }));
    return row.replace(`| ${what} | ${shown} |`, `| ${what} | ${limitOf(shown, constants, what)} |`);
  });
}

interface Constant {
  name: string;
  value: number;
}

/** The text of the column with the values as they are now. */
function limitOf(shown: string, constants: readonly Constant[], what: string): string {
  let index = 0;
  const text = shown.replace(QUANTITY, (quantity, over?: string, million?: string, unit?: string) => {
    const found = constants[index];
    index += 1;
    return found === undefined ? quantity : inUnit(found, over === undefined ? (million?.trim() ?? unit) : 'one in');
  });
  if (index < constants.length) {
    throw new Error(
      `The limit ${JSON.stringify(what)} shows ${index} quantities and names ${constants.length} constants.`,
    );
  }
  return text;
}

/** @param shown the unit that the page has; another is taken where the value is no whole number or half of it. */
function inUnit({ name, value }: Constant, shown: string | undefined): string {
  if (shown === 'one in') return `1/${grouped(Math.round(1 / value))}`;
  if (shown === 'million') return `${value / 1e6} million`;
  const suffix = /_(MS|BYTES|KIB|MB)$/.exec(name)?.[1];
  // What counts characters has no suffix, and the page may show thousands of them in KiB. A text such as '8s' is a time.
  const units =
    UNITS[suffix ?? Object.keys(UNITS).find((kind) => shown !== undefined && shown in (UNITS[kind] ?? {})) ?? ''];
  if (units === undefined) return grouped(value);
  const fits = ([, size]: [string, number]) => Number.isInteger((value / size) * 2);
  const entries = Object.entries<number>(units);
  const [unit, size] = entries.filter(fits).find(([one]) => one === shown) ??
    entries.filter(fits).at(-1) ??
    entries[0] ?? ['', 1];
  return `${grouped(value / size)} ${unit}`;
}

/** 12 000, but 5000. */
function grouped(value: number): string {
  return value < 10_000 ? String(value) : String(value).replace(/\B(?=(\d{3})+$)/g, ' ');
}

/** Numbers, names of constants in the same file, and what joins them. */
const EXPRESSION = /^[\w\s.*/+()-]+$/;

/** Works out `const NAME = 24 * HOUR_MS;`. */
function constant(source: string, name: string, file: string): { value: number } {
  const text = new RegExp(`\\bconst ${name}(?:: \\w+)? = ([^;]+);`).exec(source)?.[1];
  const [, seconds] = /^'(\d+)s'$/.exec(text ?? '') ?? [];
  if (seconds !== undefined) return { value: Number(seconds) * 1000 };
  if (text === undefined || !EXPRESSION.test(text)) throw new Error(`${file} has no ${name} that can be worked out.`);
  return { value: workedOut(text, source, file) };
}

function workedOut(text: string, source: string, file: string): number {
  const tokens = text.match(/[\w.]+|[*/+()-]/g) ?? [];
  let at = 0;
  const atom = (): number => {
    const token = tokens[at++] ?? '';
    if (token === '(') {
      const inner = sum();
      at += 1;
      return inner;
    }
    const number = Number(token.replaceAll('_', '').replace(/(?<=^\d+)n$/, ''));
    return Number.isNaN(number) ? constant(source, token, file).value : number;
  };
  const product = (): number => {
    let value = atom();
    while (tokens[at] === '*' || tokens[at] === '/') value = tokens[at++] === '*' ? value * atom() : value / atom();
    return value;
  };
  const sum = (): number => {
    let value = product();
    while (tokens[at] === '+' || tokens[at] === '-')
      value = tokens[at++] === '+' ? value + product() : value - product();
    return value;
  };
  return sum();
}
