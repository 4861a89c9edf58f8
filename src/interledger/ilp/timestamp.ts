import { PacketError } from '#interledger/packet-error.ts';

/**
 * Times as texts (RFC 0030, Fixed-length Timestamps and Variable-length Timestamps). Within the project a time is the
 * number of milliseconds since 1970 in UTC.
 */

/** Characters of the fixed form, `YYYYMMDDHHmmssSSS`. */
export const TIMESTAMP_LENGTH = 17;

const FIXED = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d{3})$/;
/** BTP's form. The published package writes all three decimals, which the RFC would have cut of zeros. */
const GENERALIZED = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d{1,3}))?Z$/;

const FIRST_YEAR_MS = Date.UTC(1970, 0, 1);
const LAST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** `YYYYMMDDHHmmssSSS` in UTC. Throws PacketError for a time that has no such form. */
export function timestampText(timeMs: number): string {
  return isoText(timeMs).replace(/[-T:.Z]/g, '');
}

/** The time of such a text. Throws PacketError for anything else, as RFC 0030 asks: also for 24:00 and leap seconds. */
export function timestampOf(text: string): number {
  return timeOf(FIXED.exec(text));
}

/** `YYYYMMDDHHmmss.SSSZ`, as published BTP peers write and read it. */
export function generalizedTimeText(timeMs: number): string {
  return isoText(timeMs).replace(/[-T:]/g, '');
}

/** The time of a GeneralizedTime with up to three decimals. Throws PacketError for anything else. */
export function generalizedTimeOf(text: string): number {
  return timeOf(GENERALIZED.exec(text));
}

function timeOf(match: RegExpExecArray | null): number {
  if (match === null) throw new PacketError('malformed', 'A text is no time.');
  const [, year, month, day, hour, minute, second, fraction = '0'] = match;
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.padEnd(3, '0')}Z`;
  const timeMs = Date.parse(iso);
  // What the calendar does not have is either refused by Date or moved on to another day.
  if (Number.isNaN(timeMs) || new Date(timeMs).toISOString() !== iso) {
    throw new PacketError('malformed', 'A time is not in the calendar.');
  }
  return timeMs;
}

function isoText(timeMs: number): string {
  if (!(timeMs >= FIRST_YEAR_MS && timeMs <= LAST_MS)) throw new PacketError('too_large', `${timeMs} is no time.`);
  return new Date(Math.floor(timeMs)).toISOString();
}
