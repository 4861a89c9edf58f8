import { styleText } from 'node:util';
import { csvLines } from '#platform/csv.ts';
import { stringifyJson } from '#platform/json.ts';
import { formatTari } from '#tari/micro-tari.ts';
import type { Terminal } from './terminal.ts';
import { fitted, folded, widthOf } from './text-width.ts';

/**
 * What people read. Texts of orders and memos are written by strangers, so whatever could steer a terminal is taken out
 * of every cell before it is shown.
 */

export interface OutputOptions {
  terminal: Terminal;
  /** Times in UTC in place of the machine's own zone. */
  utc: boolean;
  /** Tables for spreadsheets, with whole µT and times in UTC. */
  csv?: boolean;
}

/** A column shows a text, an amount, a whole number or a time. */
export type Column<Row> = TextColumn<Row> | AmountColumn<Row> | NumberColumn<Row> | TimeColumn<Row>;

export interface TextColumn<Row> {
  title: string;
  /** The text; undefined and null show as a dash. */
  of: (row: Row) => string | null | undefined;
  align?: 'left' | 'right';
  /** The words of a state, which get a colour on a terminal. */
  isStatus?: boolean;
  /** May be cut where the terminal is too narrow. Ids and amounts never are. */
  canShrink?: boolean;
}

export interface AmountColumn<Row> {
  title: string;
  /** In µT. */
  amount: (row: Row) => bigint | null | undefined;
  /** Whether the sum stands below: not where rows are no amounts of one kind, such as rates. */
  isSummed?: boolean;
}

export interface NumberColumn<Row> {
  title: string;
  whole: (row: Row) => bigint | number | null | undefined;
}

export interface TimeColumn<Row> {
  title: string;
  /** As the server writes it, in UTC. */
  time: (row: Row) => string | Date | null | undefined;
}

const GAP = '  ';
/** A column that shrinks keeps this much, so that it still tells something. */
const MIN_COLUMN_WIDTH = 8;
/** Below it a value is not folded: it would be a column of letters. */
const MIN_VALUE_WIDTH = 16;

// ---- Texts --------------------------------------------------------------------------------------------------------

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out.
const STEERING = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** The text without characters that move the cursor, colour, or turn the direction of writing. */
export function plainText(text: string): string {
  return text.replace(STEERING, (character) => (character === '\n' || character === '\t' ? ' ' : '�'));
}

/** The same for what may have several lines: an error, an answer that is no JSON, a cell of a file. */
export function plainLines(text: string): string {
  return text.replace(STEERING, (character) => (character === '\n' || character === '\t' ? character : '�'));
}

/** JSON of the same value with those characters escaped, as JSON itself escapes only some of them. */
export function plainJson(value: unknown): string {
  return stringifyJson(value).replace(
    STEERING,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const BAR_WIDTH = 30;

/** A bar of how much is done, and what that is in words. */
export function progressLine(done: number, total: number, words: string): string {
  const part = total === 0 ? 1 : Math.min(1, Math.max(0, done / total));
  const filled = Math.round(part * BAR_WIDTH);
  const percent = String(Math.floor(part * 100)).padStart(3);
  return `[${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}] ${percent} %  ${words}`;
}

/** `2026-11-21 15:04:05 +01:00`, in the machine's zone, or `2026-11-21 14:04:05 UTC`. */
export function formatTime(time: string | Date, { utc }: Pick<OutputOptions, 'utc'>): string {
  const { clock, zone } = timeParts(time, utc);
  return zone === '' ? clock : `${clock} ${zone}`;
}

/** A time on the clock of a zone, and the zone; what is no time stands as it is, without one. */
function timeParts(time: string | Date, utc: boolean): { clock: string; zone: string } {
  const date = new Date(time);
  const offsetMinutes = utc ? 0 : -date.getTimezoneOffset();
  // Invalid for what is no time, and for the last hours of all times, which are none on the clock of some zones.
  const shown = new Date(date.getTime() + offsetMinutes * 60_000);
  if (Number.isNaN(shown.getTime())) return { clock: plainText(String(time)), zone: '' };
  return { clock: shown.toISOString().slice(0, 19).replace('T', ' '), zone: zoneName(offsetMinutes) };
}

function zoneName(offsetMinutes: number): string {
  if (offsetMinutes === 0) return 'UTC';
  const two = (value: number) => String(value).padStart(2, '0');
  const minutes = Math.abs(offsetMinutes);
  return `${offsetMinutes < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** `477.000000 XTM`. */
export function formatAmount(amount: bigint | null | undefined): string {
  return amount === null || amount === undefined ? '-' : formatTari(amount);
}

/** Whether the terminal has colours was asked before. */
function styled(style: 'bold' | 'red' | 'green' | 'yellow' | 'cyan', text: string): string {
  return styleText(style, text, { validateStream: false });
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

/**
 * A table that fits the terminal, with sums below columns of amounts. Columns are shortened first; if that is not enough,
 * each row stands in lines of its own. Where no terminal reads it, lines are as long as they need to be.
 */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[], options: OutputOptions): string[] {
  if (options.csv) return csvTable(columns, rows);
  if (rows.length === 0) return ['None.'];
  const shown = columns.map((column) => shownColumn(column, rows, options));
  const sums = sumsOf(columns, rows);
  const natural = shown.map(({ title, cells }, index) => widest([title, sums?.[index] ?? '', ...cells]));
  const { terminal } = options;
  const widths = terminal.isTerminal ? shrunk(shown, natural, terminal.columns) : natural;
  if (widths === undefined) return stacked(shown, rows.length, sums, terminal);
  const lineOf = (texts: readonly string[], paint: (text: string, index: number) => string) =>
    texts
      .map((text, index) => paint(padded(fitted(text, widths[index] ?? 0), widths[index] ?? 0, shown[index]), index))
      .join(GAP)
      .trimEnd();
  const bold = (text: string) => heading(text, terminal);
  const paint = (text: string, index: number) => (shown[index]?.isStatus ? coloured(text, terminal) : text);
  return [
    lineOf(
      shown.map(({ title }) => title),
      bold,
    ),
    ...rows.map((_, row) =>
      lineOf(
        shown.map(({ cells }) => cells[row] ?? ''),
        paint,
      ),
    ),
    ...(sums === undefined ? [] : [lineOf(sums, bold)]),
  ];
}

/** Not by `Math.max(...)`: a call takes a hundred thousand arguments, and a list may have a million rows. */
function widest(texts: readonly string[]): number {
  return texts.reduce((width, text) => Math.max(width, widthOf(text)), 0);
}

/** A column with its texts. */
interface ShownColumn {
  title: string;
  cells: string[];
  isRight: boolean;
  isStatus: boolean;
  canShrink: boolean;
}

function shownColumn<Row>(column: Column<Row>, rows: readonly Row[], options: OutputOptions): ShownColumn {
  const { title } = column;
  const rigid = { isStatus: false, canShrink: false };
  if ('amount' in column) {
    return { title, cells: rows.map((row) => formatAmount(column.amount(row))), isRight: true, ...rigid };
  }
  if ('whole' in column) {
    return { title, cells: rows.map((row) => String(column.whole(row) ?? '-')), isRight: true, ...rigid };
  }
  if ('time' in column) return { ...timeCells(column, rows, options), isRight: false, ...rigid };
  return {
    title,
    cells: rows.map((row) => plainText(column.of(row) ?? '-')),
    isRight: column.align === 'right',
    isStatus: column.isStatus === true,
    canShrink: column.canShrink === true,
  };
}

/** The zone stands in the title if all times have the same; in summer and winter they differ. */
function timeCells<Row>({ title, time }: TimeColumn<Row>, rows: readonly Row[], { utc }: OutputOptions) {
  const times = rows.map((row) => timeParts(time(row) ?? '-', utc));
  const zones = [...new Set(times.map(({ zone }) => zone).filter((zone) => zone !== ''))];
  if (zones.length === 1) return { title: `${title} (${zones[0]})`, cells: times.map(({ clock }) => clock) };
  return { title, cells: times.map(({ clock, zone }) => `${clock} ${zone}`.trimEnd()) };
}

/** The last line of the table: the sums of its amounts. Undefined if it has no amounts, or one row. */
function sumsOf<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string[] | undefined {
  const sums = columns.map((column) =>
    'amount' in column && column.isSummed === true
      ? formatAmount(rows.reduce((sum, row) => sum + (column.amount(row) ?? 0n), 0n))
      : '',
  );
  if (rows.length < 2 || sums.every((sum) => sum === '')) return undefined;
  const label = `Sum of ${rows.length}`;
  return sums[0] === '' ? [label, ...sums.slice(1)] : sums;
}

function csvTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string[] {
  const rawValue = (column: Column<Row>, row: Row) => {
    if ('amount' in column) return column.amount(row);
    if ('whole' in column) {
      const value = column.whole(row);
      return value === null || value === undefined ? value : BigInt(value);
    }
    if ('time' in column) {
      const time = column.time(row);
      return time instanceof Date ? time.toISOString() : time;
    }
    return column.of(row);
  };
  const titles = columns.map((column) => ('amount' in column ? `${column.title} (µT)` : column.title));
  const cells = rows.map((row) =>
    columns.map((column) => {
      const value = rawValue(column, row);
      return typeof value === 'string' ? plainLines(value) : value;
    }),
  );
  return csvLines([titles, ...cells]);
}

function padded(text: string, width: number, column: ShownColumn | undefined): string {
  const space = ' '.repeat(Math.max(0, width - widthOf(text)));
  return column?.isRight ? `${space}${text}` : `${text}${space}`;
}

/**
 * Takes from the widest column that may shrink, until all fit; undefined if none can give more. No column that fits is wider
 * than the terminal, so one that is begins there: a text may have millions of characters.
 */
function shrunk(columns: readonly ShownColumn[], natural: readonly number[], available: number): number[] | undefined {
  const widths = natural.map((width, index) => (columns[index]?.canShrink ? Math.min(width, available) : width));
  let excess = widths.reduce((sum, width) => sum + width, GAP.length * (widths.length - 1)) - available;
  while (excess > 0) {
    const candidates = widths
      .map((width, index) => ({ width, index }))
      .filter(({ width, index }) => columns[index]?.canShrink === true && width > MIN_COLUMN_WIDTH);
    const widest = candidates.sort((one, other) => other.width - one.width)[0];
    if (widest === undefined) return undefined;
    widths[widest.index] = widest.width - 1;
    excess -= 1;
  }
  return widths;
}

/** Each row as a record, with what says nothing left out. */
function stacked(
  columns: readonly ShownColumn[],
  rows: number,
  sums: readonly string[] | undefined,
  terminal: Terminal,
): string[] {
  const lines: string[] = [];
  for (let row = 0; row < rows; row += 1) {
    const fields = columns.map(({ title, cells }) => [title, cells[row] ?? '-'] as const);
    const [first, ...others] = fields;
    const told = others.filter(([, value]) => value !== '-' && value !== '');
    lines.push(...record(first === undefined ? told : [first, ...told], terminal), '');
  }
  if (sums === undefined) return lines.slice(0, -1);
  const [label = '', ...amounts] = sums;
  const totals = amounts.flatMap((sum, index) => (sum === '' ? [] : [`${columns[index + 1]?.title} ${sum}`]));
  return [...lines, heading(`${label}: ${totals.join(', ')}`, terminal)];
}

/** `Label:  value` lines, values below each other; on a terminal a long value goes on below itself. */
export function record(
  fields: readonly (readonly [string, string | null | undefined])[],
  terminal: Terminal,
): string[] {
  const width = Math.max(...fields.map(([label]) => widthOf(label))) + 1;
  const room = terminal.columns - width - 1;
  return fields.flatMap(([label, value]) => {
    const text = plainText(value ?? '-');
    const [first = '', ...rest] = terminal.isTerminal && room >= MIN_VALUE_WIDTH ? folded(text, room) : [text];
    const indent = ' '.repeat(width + 1);
    return [`${`${label}:`.padEnd(width)} ${coloured(first, terminal)}`, ...rest.map((line) => `${indent}${line}`)];
  });
}

/** A part under its title, with an empty line behind it. */
export function titled(title: string, lines: readonly string[], output: OutputOptions): string[] {
  return [heading(title, output.terminal), ...lines, ''];
}
