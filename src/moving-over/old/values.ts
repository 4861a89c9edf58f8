import { isStorableTime, storableText } from '#platform/storable-text.ts';

/** How the values of the old database are read. Each throws UnreadableValue with a part of a sentence. */

/** `amount is not a whole number: 1.5` */
export class UnreadableValue extends Error {
  override readonly name = 'UnreadableValue';
}

/** As SQLite has them: whole numbers as bigint. */
export type OldValue = bigint | number | string | Buffer | null | undefined;

/** Values in sentences: long ones are cut. */
const MAX_SHOWN_LENGTH = 60;
/** Ids stand in indexes, and PostgreSQL indexes no more than 2,704 bytes: a third of that, since a character may have 3. */
export const MAX_ID_LENGTH = 800;

/** `2026-11-30 06:36:08`, `2026-11-27T20:38:11.599+00:00`, `… UTC`, with a time zone or without. */
const TIME = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,12}))?)?\s*(Z|UTC|[+-]\d\d(?::?\d\d)?)?$/i;

/** Times as numbers are seconds below this, and milliseconds from it on: the year 5138 or March 1973. */
const FIRST_MILLISECONDS = 100_000_000_000n;
/** September 2001, years before Tari: a number below it is a year, or something else that is no time. */
const FIRST_SECONDS = 1_000_000_000n;

export function shown(value: OldValue): string {
  if (value === null || value === undefined) return 'nothing';
  const text = Buffer.isBuffer(value) ? `X'${value.toString('hex')}'` : String(value);
  const cut = text.length > MAX_SHOWN_LENGTH ? `${text.slice(0, MAX_SHOWN_LENGTH)}…` : text;
  return typeof value === 'string' ? JSON.stringify(cut) : cut;
}

export function wholeNumber(name: string, value: OldValue): bigint {
  if (typeof value === 'bigint') return value;
  // A column that has no type keeps what it was given.
  if (Number.isSafeInteger(value)) return BigInt(value as number);
  throw new UnreadableValue(`${name} is not a whole number: ${shown(value)}`);
}

/** A text as it can be kept: what PostgreSQL can't store is replaced. */
export function textOrNull(name: string, value: OldValue): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return storableText(value);
  if (typeof value === 'bigint') return String(value);
  if (Buffer.isBuffer(value)) return storableText(value.toString('utf8'));
  throw new UnreadableValue(`${name} is no text: ${shown(value)}`);
}

export function text(name: string, value: OldValue): string {
  const read = textOrNull(name, value);
  if (read !== null) return read;
  throw new UnreadableValue(`${name} is missing`);
}

/** What something is called: it must be there, and short enough to be looked up. */
export function id(name: string, value: OldValue): string {
  const read = text(name, value);
  if (read === '') throw new UnreadableValue(`${name} is empty`);
  if (read.length > MAX_ID_LENGTH) throw new UnreadableValue(`${name} has ${read.length} characters: ${shown(read)}`);
  return read;
}

export function oneOf<Value extends string>(
  name: string,
  value: OldValue,
  known: Readonly<Record<string, Value>>,
): Value {
  const read = typeof value === 'string' && Object.hasOwn(known, value) ? known[value] : undefined;
  if (read !== undefined) return read;
  throw new UnreadableValue(`${name} is ${shown(value)}, and only ${Object.keys(known).join(', ')} are known`);
}

/** The two forms in which the old server writes times, on a day that every year has: they need not be computed with. */
const PLAIN_TIME =
  /^[1-9]\d{3}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)(?: |T)(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{3}\+00:00)?$/;
const SECONDS_LENGTH = 'YYYY-MM-DD HH:MM:SS'.length;
const MILLISECONDS_LENGTH = SECONDS_LENGTH + '.mmm'.length;

/** Rows one after another often have the same time. */
let lastRead = { text: '', time: '' };

/** In RFC 3339 with milliseconds, as our tables hold it: such texts sort as the times do. Without a zone it is UTC. */
export function time(name: string, value: OldValue): string {
  if (value === lastRead.text) return lastRead.time;
  if (typeof value === 'string' && PLAIN_TIME.test(value)) {
    const fraction = value.length > SECONDS_LENGTH ? value.slice(SECONDS_LENGTH, MILLISECONDS_LENGTH) : '.000';
    lastRead = { text: value, time: `${value.slice(0, 10)}T${value.slice(11, SECONDS_LENGTH)}${fraction}Z` };
    return lastRead.time;
  }
  const read = typeof value === 'bigint' ? ofNumber(value) : ofText(value);
  const date = new Date(read ?? Number.NaN);
  if (Number.isNaN(date.getTime()) || !isStorableTime(date)) {
    throw new UnreadableValue(`${name} is no time that is known: ${shown(value)}`);
  }
  const written = date.toISOString();
  if (typeof value === 'string') lastRead = { text: value, time: written };
  return written;
}

function ofNumber(value: bigint): number | undefined {
  if (value < FIRST_SECONDS || value > 8_640_000_000_000_000n) return undefined;
  return Number(value < FIRST_MILLISECONDS ? value * 1000n : value);
}

function ofText(value: OldValue): number | undefined {
  if (typeof value !== 'string') return undefined;
  const [found, year, month, day, hours, minutes, seconds = '00', fraction = '', zone = 'Z'] =
    TIME.exec(value.trim()) ?? [];
  if (found === undefined) return undefined;
  const offset = /^(Z|UTC)$/i.test(zone) ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(3).replace(':', '') || '00'}`;
  const written = `${year}-${month}-${day}T${hours}:${minutes}:${seconds}.${fraction.slice(0, 3).padEnd(3, '0')}${offset}`;
  const read = Date.parse(written);
  if (Number.isNaN(read)) return undefined;
  // `Date.parse` takes the 30th of February for the 2nd of March.
  const daysOfMonth = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  return Number(day) <= daysOfMonth ? read : undefined;
}
