import type { Asset } from '#interledger/stream/connection/state.ts';
import { isStorable } from '#platform/storable-text.ts';
import { assetCodeValue, webhookUrlValue } from '#pull-payments/setting-values.ts';
import { MAX_AMOUNT, MAX_CYCLES, MAX_SCALE } from '#pull-payments/terms/check.ts';
import { parseInterval } from '#pull-payments/terms/interval.ts';
import { readTermTime } from '#pull-payments/terms/time.ts';
import type { NewTerms, TermsChange } from '#pull-payments/types.ts';
import { Refusal } from './answers.ts';

/**
 * The fields of an agreement as clients send them: as texts or as JSON values, in bodies and in claims of tokens. What is
 * null or empty counts as missing. Each function throws a Refusal with a sentence that names the field.
 */
export type Fields = Readonly<Record<string, unknown>>;

const MAX_URL_LENGTH = 2000;

/** Of the description and the reference. */
const MAX_NOTE_LENGTH = 500;

/** @param now an agreement must not be over before it begins. */
export function newTermsOf(fields: Fields, now: Date): NewTerms {
  const startAt = timeIn(fields, 'start') ?? null;
  const expiryAt = timeIn(fields, 'expiry') ?? null;
  const terms = {
    amount: required('amount', AN_AMOUNT, amountIn(fields, 'amount')),
    asset: required('assetCode and assetScale', 'amounts are in this asset', assetIn(fields)),
    startAt,
    expiryAt,
    interval: required('interval', AN_INTERVAL, intervalIn(fields)),
    cycles: required('cycles', A_NUMBER_OF_CYCLES, cyclesIn(fields)),
    cap: booleanIn(fields, 'cap') ?? false,
    maxPull: amountIn(fields, 'maxPull') ?? null,
    webhook: urlIn(fields, 'webhook') ?? null,
    description: noteIn(fields, 'description') ?? null,
    reference: noteIn(fields, 'reference') ?? null,
  };
  if (expiryAt !== null && expiryAt <= (startAt ?? now)) throw new Refusal(400, 'expiry must be after start.');
  return terms;
}

/** What `POST /update/:token` changes. `start` and `webhook` are ignored, as the original does. */
export function termsChangeOf(fields: Fields): TermsChange {
  const asset = assetIn(fields);
  const amount = amountIn(fields, 'amount');
  const interval = intervalIn(fields);
  const cycles = cyclesIn(fields);
  const cap = booleanIn(fields, 'cap');
  const expiryAt = timeIn(fields, 'expiry');
  const maxPull = amountIn(fields, 'maxPull');
  return {
    ...(asset !== undefined && { asset }),
    ...(amount !== undefined && { amount }),
    ...(interval !== undefined && { interval }),
    ...(cycles !== undefined && { cycles }),
    ...(cap !== undefined && { cap }),
    ...(expiryAt !== undefined && { expiryAt }),
    ...(maxPull !== undefined && { maxPull }),
  };
}

/** What `GET /exchange` is asked. */
export function exchangeOf(fields: Fields): { amount: bigint; asset: Asset } {
  return {
    amount: required('amount', AN_AMOUNT, amountIn(fields, 'amount')),
    asset: required('assetCode and assetScale', 'the amount is in this asset', assetIn(fields)),
  };
}

/** Whether a token that is used for the first time is over already. */
export function isOver(fields: Fields, now: Date): boolean {
  const expiryAt = timeIn(fields, 'expiry');
  return expiryAt !== undefined && expiryAt <= now;
}

const AN_AMOUNT = `a whole number from 1 to ${MAX_AMOUNT}`;
const A_NUMBER_OF_CYCLES = `a whole number from 1 to ${MAX_CYCLES}`;
const AN_INTERVAL = 'an ISO 8601 duration of at least a second, such as P1M';

function required<Value>(name: string, expected: string, value: Value | undefined): Value {
  if (value === undefined) throw new Refusal(400, `${name} must be given: ${expected}.`);
  return value;
}

/** The field's value, read; undefined if it is missing. */
function read<Value>(
  fields: Fields,
  name: string,
  expected: string,
  valueIn: (given: unknown) => Value | undefined,
): Value | undefined {
  const given = fields[name];
  if (given === undefined || given === null || given === '') return undefined;
  const value = valueIn(given);
  if (value === undefined) throw new Refusal(400, `${name} must be ${expected}.`);
  return value;
}

function amountIn(fields: Fields, name: string): bigint | undefined {
  return read(fields, name, AN_AMOUNT, (given) => wholeNumber(given, 1n, MAX_AMOUNT));
}

function cyclesIn(fields: Fields): number | undefined {
  const cycles = read(fields, 'cycles', A_NUMBER_OF_CYCLES, (given) => wholeNumber(given, 1n, BigInt(MAX_CYCLES)));
  return cycles === undefined ? undefined : Number(cycles);
}

/** Longer texts are no number in range; leading zeros are not counted on. */
const MAX_DIGITS = 20;

function wholeNumber(given: unknown, min: bigint, max: bigint): bigint | undefined {
  const value = wholeNumberIn(given);
  return value !== undefined && value >= min && value <= max ? value : undefined;
}

function wholeNumberIn(given: unknown): bigint | undefined {
  if (typeof given === 'bigint') return given;
  if (typeof given === 'number') return Number.isSafeInteger(given) ? BigInt(given) : undefined;
  const isDigits = typeof given === 'string' && given.length <= MAX_DIGITS && /^\d+$/.test(given);
  return isDigits ? BigInt(given) : undefined;
}

function assetIn(fields: Fields): Asset | undefined {
  const code = read(fields, 'assetCode', '1 to 20 visible ASCII characters', (given) =>
    typeof given === 'string' ? assetCodeValue(given) : undefined,
  );
  const scale = read(fields, 'assetScale', `a whole number from 0 to ${MAX_SCALE}`, (given) =>
    wholeNumber(given, 0n, BigInt(MAX_SCALE)),
  );
  if (code === undefined && scale === undefined) return undefined;
  if (code === undefined || scale === undefined) {
    throw new Refusal(400, 'Asset code and scale can only be given or updated together.');
  }
  return { code, scale: Number(scale) };
}

function intervalIn(fields: Fields): string | undefined {
  return read(fields, 'interval', AN_INTERVAL, (given) =>
    typeof given === 'string' && parseInterval(given) !== undefined ? given : undefined,
  );
}

function booleanIn(fields: Fields, name: string): boolean | undefined {
  return read(fields, name, 'true or false', (given) => {
    if (typeof given === 'boolean') return given;
    return given === 'true' ? true : given === 'false' ? false : undefined;
  });
}

function timeIn(fields: Fields, name: string): Date | undefined {
  return read(fields, name, 'a time with its zone, such as 2026-11-30T08:00:00Z', (given) =>
    typeof given === 'string' ? readTermTime(given) : undefined,
  );
}

function urlIn(fields: Fields, name: string): string | undefined {
  return read(fields, name, `an http or https URL of up to ${MAX_URL_LENGTH} characters`, (given) => {
    const isKept = typeof given === 'string' && given.length <= MAX_URL_LENGTH && isStorable(given);
    return isKept ? webhookUrlValue(given) : undefined;
  });
}

function noteIn(fields: Fields, name: string): string | undefined {
  return read(fields, name, `a text of up to ${MAX_NOTE_LENGTH} characters`, (given) =>
    typeof given === 'string' && given.length <= MAX_NOTE_LENGTH && isStorable(given) ? given : undefined,
  );
}
