import { parse as parseLossless } from 'lossless-json';
import { configure } from 'safe-stable-stringify';
import { scan } from 'secure-json-parse';

/** Deeper than any document that we accept, and shallow enough to be walked recursively without exhausting the stack. */
const MAX_DEPTH = 64;

/** Far more than an amount or an id has; parsing a number of a million digits would take seconds. */
const MAX_INTEGER_DIGITS = 1000;

/**
 * An integer that may not fit into a `number` has at least 16 digits and stands where a value can begin. A match inside
 * a string costs some time and nothing else.
 */
const MAY_HOLD_UNSAFE_INTEGER = /(?:^|[[,:\s-])\d{16}/;

/** The two key names that reach a prototype, plain or with letters written as \u escapes. */
const MAY_HOLD_PROTOTYPE_KEY = /__proto__|constructor|\\u00[567]/i;

/** A text that is not JSON, or JSON that is refused. The message is a sentence for the caller and quotes no input. */
export class JsonError extends Error {
  override readonly name = 'JsonError';
  /** The position of the error in UTF-16 units from 0; undefined if it is not known. */
  readonly position: number | undefined;

  constructor(message: string, options: { position?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.position = options.position;
  }
}

/**
 * Parses JSON as `JSON.parse` does, except that an integer literal that is not a safe integer becomes a `bigint`:
 * shop ids and totals pass 2^53 (`protocol.md` 1). All other numbers are `number`. If a key is repeated, the last one counts.
 * @throws {JsonError} if the text is not JSON, is nested deeper than 64 levels, has an integer of more than 1000 digits, or
 *   keys that could reach a prototype (`__proto__`, or `constructor` with `prototype` in it).
 */
export function parseJson(text: string): unknown {
  refuseGreatDepth(text);
  // The native parser always runs first, because it decides what is valid JSON.
  const value = parseNative(text);
  if (MAY_HOLD_PROTOTYPE_KEY.test(text)) refusePrototypeKeys(value);
  if (!MAY_HOLD_UNSAFE_INTEGER.test(text)) return value;
  return parseLossless(text, null, { parseNumber, onDuplicateKey: ({ newValue }) => newValue });
}

// Measured on an answer with 100 orders: 0.20 ms, against 0.18 ms for JSON.stringify with a replacer that loses digits.
const stringify = configure({ deterministic: false, circularValue: TypeError });

/**
 * Serialises as `JSON.stringify` does, but with `bigint` as integers of full length. A `Date` becomes its ISO text. A
 * value that JSON cannot represent (undefined, a function) becomes null, as it does within an array.
 * @throws {TypeError} for a circular value.
 */
export function stringifyJson(value: unknown): string {
  return stringify(value) ?? 'null';
}

/** JSON that is complete. It is sent as it is, so a list is made into text once, in the thread that reads it. */
export type JsonText = string & { readonly __brand: 'JsonText' };

export function jsonOf(value: unknown): JsonText {
  return stringifyJson(value) as JsonText;
}

export function jsonArray(items: readonly JsonText[]): JsonText {
  return `[${items.join(',')}]` as JsonText;
}

/** An object of values that are JSON already. The names are the program's own and need no escaping. */
export function jsonObject(fields: Readonly<Record<string, JsonText>>): JsonText {
  const texts = Object.entries(fields).map(([name, text]) => `"${name}":${text}`);
  return `{${texts.join(',')}}` as JsonText;
}

/** Scans the text once, without recursion, so that no input can exhaust the stack. */
function refuseGreatDepth(text: string): void {
  let depth = 0;
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charCodeAt(index);
    if (character === DOUBLE_QUOTE) {
      index = closingQuote(text, index);
    } else if (character === OPENING_BRACE || character === OPENING_BRACKET) {
      depth += 1;
      if (depth > MAX_DEPTH) {
        throw new JsonError(`The JSON is nested deeper than ${MAX_DEPTH} levels.`, { position: index });
      }
    } else if (character === CLOSING_BRACE || character === CLOSING_BRACKET) {
      depth -= 1;
    }
  }
}

const DOUBLE_QUOTE = 0x22;
const OPENING_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSING_BRACKET = 0x5d;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;

/** The index of the quote that closes the string opened at `opening`; the end of the text if there is none. */
function closingQuote(text: string, opening: number): number {
  let index = opening;
  do {
    index = text.indexOf('"', index + 1);
    if (index === -1) return text.length;
  } while (isEscaped(text, index));
  return index;
}

function isEscaped(text: string, index: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(index - 1 - backslashes) === BACKSLASH) backslashes += 1;
  return backslashes % 2 === 1;
}

function parseNative(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    // V8's own message quotes the input, which may contain secrets.
    const position = /at position (\d+)/.exec(String(cause))?.[1];
    if (position === undefined) throw new JsonError('The text is not valid JSON.', { cause });
    throw new JsonError(`The text is not valid JSON at position ${position}.`, { position: Number(position), cause });
  }
}

/** Applies the rules by which Fastify checks bodies that it parses itself. */
function refusePrototypeKeys(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  if (scan(value as Record<string, unknown>, { safe: true }) === null) {
    throw new JsonError('The JSON holds a key that could reach a prototype.');
  }
}

function parseNumber(literal: string): number | bigint {
  const number = Number(literal);
  if (Number.isSafeInteger(number) || !/^-?\d+$/.test(literal)) return number;
  if (literal.replace('-', '').length > MAX_INTEGER_DIGITS) {
    throw new JsonError(`The JSON holds an integer of more than ${MAX_INTEGER_DIGITS} digits.`);
  }
  return BigInt(literal);
}
