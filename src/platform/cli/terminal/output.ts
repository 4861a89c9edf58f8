import type { Terminal } from '#platform/cli/ports.ts';
import { formatTari } from '#tari/micro-tari.ts';

/**
 * What people read. Texts of orders and memos are written by strangers, so whatever could steer a terminal is taken out
 * of every cell before it is shown.
 */

export interface OutputOptions {
  terminal: Terminal;
  /** Times in UTC in place of the machine's own zone. */
  utc: boolean;
}

export interface Column<Row> {
  title: string;
  /** The text; undefined and null show as a dash. */
  of: (row: Row) => string | null | undefined;
  align?: 'left' | 'right';
  /** The words of a state, which get a colour on a terminal. */
  isStatus?: boolean;
  /** May be cut where the terminal is too narrow. Ids and amounts never are. */
  canShrink?: boolean;
}

const GAP = '  ';
/** A column that shrinks keeps this much, so that it still tells something. */
const NARROWEST = 8;

// ---- Texts --------------------------------------------------------------------------------------------------------

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out.
const STEERING = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** The text without characters that move the cursor, colour, or turn the direction of writing. */
export function plainText(text: string): string {
  return text.replace(STEERING, (character) => (character === '\n' || character === '\t' ? ' ' : '�'));
}

/** Two columns: emoji, and the letters of China, Japan and Korea. */
const WIDE =
  /^(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}\ufe0f|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6])/u;
/** Letters of ASCII, of one column each. */
const PLAIN = /^[ -~]*$/;

/** Made when a text is not plain: to make it takes a tenth of the tool's start. */
let segmenter: Intl.Segmenter | undefined;

function segmentsOf(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  return segmenter.segment(text);
}

/** How many columns of a terminal the text takes. */
export function widthOf(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const { segment } of segmentsOf(text)) width += WIDE.test(segment) ? 2 : 1;
  return width;
}

/** The text, with an ellipsis in place of what does not fit. */
export function fitted(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  if (PLAIN.test(text)) return `${text.slice(0, Math.max(0, columns - 1))}…`;
  let kept = '';
  let width = 0;
  for (const { segment } of segmentsOf(text)) {
    width += widthOf(segment);
    if (width > columns - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}

const BAR_WIDTH = 30;

/** A bar of how much is done, and what that is in words. */
export function progressLine(done: number, total: number, words: string): string {
  const part = total === 0 ? 1 : Math.min(1, done / total);
  const filled = Math.round(part * BAR_WIDTH);
  const percent = String(Math.floor(part * 100)).padStart(3);
  return `[${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}] ${percent} %  ${words}`;
}

/** `2026-11-21 15:04:05`, in the machine's zone; with ` UTC` behind it where UTC was asked for. */
export function formatTime(time: string | Date, { utc }: Pick<OutputOptions, 'utc'>): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return plainText(String(time));
  if (utc) return `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** `477.000000 XTM`. */
export function formatAmount(amount: bigint | null | undefined): string {
  return amount === null || amount === undefined ? '-' : formatTari(amount);
}

/** The numbers by which terminals know colours and weights (ECMA-48). */
const STYLES = { bold: 1, red: 31, green: 32, yellow: 33, cyan: 36 } as const;

function styled(style: keyof typeof STYLES, text: string): string {
  return `\u001b[${STYLES[style]}m${text}\u001b[0m`;
}

const COLOUR_OF_STATUS: Readonly<Record<string, 'green' | 'yellow' | 'red' | 'cyan'>> = {
  Paid: 'green',
  confirmed: 'green',
  ok: 'green',
  done: 'green',
  New: 'yellow',
  Unclaimed: 'cyan',
  received: 'yellow',
  waiting: 'yellow',
  running: 'yellow',
  Expired: 'red',
  Cancelled: 'red',
  cancelled: 'red',
  refused: 'red',
  failed: 'red',
};

/** A word of state in its colour, on a terminal that has colours. */
export function coloured(status: string, terminal: Terminal): string {
  const colour = COLOUR_OF_STATUS[status.trim()];
  return terminal.colour && colour !== undefined ? styled(colour, status) : status;
}

export function heading(text: string, terminal: Terminal): string {
  return terminal.colour ? styled('bold', plainText(text)) : plainText(text);
}

// ---- Shapes -------------------------------------------------------------------------------------------------------

/** A table that fits the terminal; where nobody reads it on one, lines are as long as they need to be. */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[], options: OutputOptions): string[] {
  if (rows.length === 0) return ['None.'];
  const cells = rows.map((row) => columns.map((column) => plainText(column.of(row) ?? '-')));
  const natural = columns.map((column, index) =>
    Math.max(widthOf(column.title), ...cells.map((line) => widthOf(line[index] ?? ''))),
  );
  const widths = options.terminal.isTerminal ? shrunk(columns, natural, options.terminal.columns) : natural;
  const lineOf = (texts: readonly string[], paint: (text: string, index: number) => string) =>
    texts
      .map((text, index) => paint(padded(fitted(text, widths[index] ?? 0), widths[index] ?? 0, columns[index]), index))
      .join(GAP)
      .trimEnd();
  const titles = lineOf(
    columns.map((column) => column.title),
    (text) => heading(text, options.terminal),
  );
  const paint = (text: string, index: number) => (columns[index]?.isStatus ? coloured(text, options.terminal) : text);
  return [titles, ...cells.map((line) => lineOf(line, paint))];
}

function padded<Row>(text: string, width: number, column: Column<Row> | undefined): string {
  const space = ' '.repeat(Math.max(0, width - widthOf(text)));
  return column?.align === 'right' ? `${space}${text}` : `${text}${space}`;
}

/** Takes from the widest column that may shrink, until all fit or none can give more. */
function shrunk<Row>(columns: readonly Column<Row>[], natural: readonly number[], available: number): number[] {
  const widths = [...natural];
  const total = () => widths.reduce((sum, width) => sum + width, GAP.length * (widths.length - 1));
  while (total() > available) {
    const candidates = widths
      .map((width, index) => ({ width, index }))
      .filter(({ width, index }) => columns[index]?.canShrink === true && width > NARROWEST);
    const widest = candidates.sort((one, other) => other.width - one.width)[0];
    if (widest === undefined) break;
    widths[widest.index] = widest.width - 1;
  }
  return widths;
}

/** `Label:  value` lines, values below each other. */
export function record(
  fields: readonly (readonly [string, string | null | undefined])[],
  terminal: Terminal,
): string[] {
  const width = Math.max(...fields.map(([label]) => widthOf(label))) + 1;
  return fields.map(([label, value]) => {
    const text = plainText(value ?? '-');
    return `${`${label}:`.padEnd(width)} ${coloured(text, terminal)}`;
  });
}
