/**
 * How the text of a setting becomes its value. Each function returns undefined for a text that it does not accept; the
 * setting's schema says to the operator what is accepted.
 */

import { isIP } from 'node:net';
import { validate as isCronExpression } from 'node-cron';
import { parseIpRange } from '#platform/ip-address.ts';

const TRUE_WORDS = new Set(['1', 'true', 'yes', 'on']);
const FALSE_WORDS = new Set(['0', 'false', 'no', 'off']);

/** What a boolean can be, in the sentence "TPG_X must be …". */
export const A_BOOLEAN = '1, true, yes or on, or 0, false, no or off';

export function booleanValue(text: string): boolean | undefined {
  const word = text.toLowerCase();
  if (TRUE_WORDS.has(word)) return true;
  return FALSE_WORDS.has(word) ? false : undefined;
}

export function wholeNumberValue(text: string, min: number, max: number): number | undefined {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  return value >= min && value <= max ? value : undefined;
}

export const HOUR_MS = 3_600_000;

const MILLISECONDS_PER_UNIT: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: HOUR_MS,
  d: 86_400_000,
};

/** A length of time in milliseconds: hours as a plain number (`48`, `1.5`), or a number with ms, s, m, h or d. */
export function durationValueMs(text: string, minMs: number, maxMs: number): number | undefined {
  const [, amount, unit = 'h'] = /^(\d{1,12}(?:\.\d{1,6})?)\s*(ms|s|m|h|d)?$/.exec(text.toLowerCase()) ?? [];
  const valueMs = Math.round(Number(amount) * (MILLISECONDS_PER_UNIT[unit] ?? Number.NaN));
  return valueMs >= minMs && valueMs <= maxMs ? valueMs : undefined;
}

const DURATION_IS_OFF = new Set(['off', 'none', 'false', '0']);

/** A length of time as above, or null if it is switched off. */
export function optionalDurationMs(text: string, minMs: number, maxMs: number): number | null | undefined {
  return DURATION_IS_OFF.has(text.toLowerCase()) ? null : durationValueMs(text, minMs, maxMs);
}

export function cronValue(text: string): string | undefined {
  return isCronExpression(text) ? text : undefined;
}

/** One of a few words, in any case. */
export function choiceValue<Choice extends string>(text: string, choices: readonly Choice[]): Choice | undefined {
  return choices.find((choice) => choice === text.toLowerCase());
}

export const IP_LIST = 'IP addresses or CIDR ranges with commas between them';

/** Addresses and CIDR ranges with commas between them; stray commas and spaces are ignored. */
export function ipListValue(text: string): readonly string[] | undefined {
  const entries = listValue(text);
  return entries.length > 0 && entries.every((entry) => parseIpRange(entry) !== undefined) ? entries : undefined;
}

const LIST_IS_OFF = new Set(['none', 'false', '0']);

/** As `ipListValue`, or null for the words that switch the list off. */
export function optionalIpListValue(text: string): readonly string[] | null | undefined {
  return LIST_IS_OFF.has(text.toLowerCase()) ? null : ipListValue(text);
}

export function listValue(text: string): readonly string[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

/** An address or name to listen on. */
export function hostValue(text: string): string | undefined {
  if (isIP(text) !== 0) return text;
  const isName = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/i.test(text);
  // `127.0.0.300` looks like a name to that expression and is a mistyped address.
  return isName && /[a-z]/i.test(text) ? text : undefined;
}

/** The URL of a database; both spellings of SQLite's in-memory database become `sqlite://:memory:`. */
export function databaseUrlValue(text: string): string | undefined {
  if (/^sqlite:(?:\/\/)?:memory:$/.test(text)) return 'sqlite://:memory:';
  if (/^sqlite:\/\/[^?]/.test(text)) return text;
  return /^postgres(?:ql)?:\/\/./.test(text) && URL.canParse(text) ? text : undefined;
}

/** An http or https URL without user, query or fragment; a slash at its end is dropped. */
export function httpUrlValue(text: string): string | undefined {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') return undefined;
  return url.href.replace(/\/+$/, '');
}

/** The public URL of this server, without a slash at its end; undefined for the URL of the shop's webhooks. */
export function publicUrlValue(text: string): string | undefined {
  const url = httpUrlValue(text);
  return url === undefined || url.endsWith('/shopify/webhook') ? undefined : url;
}

/** A 32-byte key as 64 hex characters, in lower case. */
export function keyHexValue(text: string): string | undefined {
  return /^[0-9a-f]{64}$/i.test(text) ? text.toLowerCase() : undefined;
}

/** Whether a URL names this machine. */
export function isLoopbackUrl(url: string): boolean {
  return /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(new URL(url).hostname);
}
