/**
 * How the text of a setting becomes its value. Each function gives undefined for a text that it does not take; what it
 * does take is told to the operator by the schema in config.ts.
 */

import { isIP } from 'node:net';
import { validate as isCronExpression } from 'node-cron';
import { parseIpRange } from '#platform/ip-address.ts';
import { parseAddress, type TariAddress } from '#tari/address.ts';

const TRUE_WORDS = new Set(['1', 'true', 'yes', 'on']);
const FALSE_WORDS = new Set(['0', 'false', 'no', 'off']);

export function booleanValue(text: string): boolean | undefined {
  const word = text.toLowerCase();
  if (TRUE_WORDS.has(word)) return true;
  return FALSE_WORDS.has(word) ? false : undefined;
}

export function wholeNumberValue(text: string, least: number, most: number): number | undefined {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  return value >= least && value <= most ? value : undefined;
}

const MILLISECONDS_PER_UNIT: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** A length of time in milliseconds: hours as a plain number (`48`, `1.5`), or a number with ms, s, m, h or d. */
export function durationValueMs(text: string, leastMs: number, mostMs: number): number | undefined {
  const [, amount, unit = 'h'] = /^(\d{1,12}(?:\.\d{1,6})?)\s*(ms|s|m|h|d)?$/.exec(text.toLowerCase()) ?? [];
  const valueMs = Math.round(Number(amount) * (MILLISECONDS_PER_UNIT[unit] ?? Number.NaN));
  return valueMs >= leastMs && valueMs <= mostMs ? valueMs : undefined;
}

export function cronValue(text: string): string | undefined {
  return isCronExpression(text) ? text : undefined;
}

/** One of a few words, in any case. */
export function choiceValue<Choice extends string>(text: string, choices: readonly Choice[]): Choice | undefined {
  return choices.find((choice) => choice === text.toLowerCase());
}

/** Addresses and CIDR ranges with commas between them; stray commas and spaces are forgiven. */
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

/** A shop has a handful of payment methods, and Shopify's names of them are short. */
const MAX_NAMES = 20;
const MAX_NAME_LENGTH = 255;

/** Names with commas between them. */
export function nameListValue(text: string): readonly string[] | undefined {
  const names = listValue(text);
  const isUsable =
    names.length > 0 && names.length <= MAX_NAMES && names.every((name) => name.length <= MAX_NAME_LENGTH);
  return isUsable ? names : undefined;
}

/** An address or name to listen on. */
export function hostValue(text: string): string | undefined {
  if (isIP(text) !== 0) return text;
  const isName = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/i.test(text);
  // `127.0.0.300` looks like a name to that expression and is a mistyped address.
  return isName && /[a-z]/i.test(text) ? text : undefined;
}

/** The URL of a database; both ways to write SQLite's database in memory become `sqlite://:memory:`. */
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

/** The shop's host, `name.myshopify.com`, from its name or its host; undefined for a text that is neither. */
export function shopHostValue(text: string): string | undefined {
  const [, name] = /^([a-z0-9][a-z0-9-]{0,62})(?:\.myshopify\.com)?$/.exec(text.toLowerCase()) ?? [];
  return name === undefined ? undefined : `${name}.myshopify.com`;
}

/** A token or key of the shop's: what can stand in an HTTP header, without spaces. */
export function tokenValue(text: string): string | undefined {
  return /^[\x21-\x7e]{1,1024}$/.test(text) ? text : undefined;
}

/** One of our keys as 64 hex characters, in lower case. */
export function keyHexValue(text: string): string | undefined {
  return /^[0-9a-f]{64}$/i.test(text) ? text.toLowerCase() : undefined;
}

/** A Shopify API version: a quarter such as `2026-10`, or `unstable`. */
export function apiVersionValue(text: string): string | undefined {
  return /^(?:20\d\d-(?:01|04|07|10)|unstable)$/.test(text) ? text : undefined;
}

/** A Tari address in any text form (`protocol.md` 2). */
export function addressValue(text: string): TariAddress | undefined {
  try {
    return parseAddress(text);
  } catch {
    return undefined;
  }
}
