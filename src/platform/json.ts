import { parse as parseLossless } from 'lossless-json';
import { configure } from 'safe-stable-stringify';

/** Deeper than any document that we take in; later code may then walk one by recursion without fear for the stack. */
const GREATEST_DEPTH = 64;

/** Far more than an amount or an id has; reading a number of a million digits would take seconds. */
const MOST_INTEGER_DIGITS = 1000;

/**
 * An integer that may not survive as a `number` has at least 16 digits and stands where a value can begin. This may
 * also be met inside of a text, which costs time and nothing else.
 */
const MAY_HOLD_UNSAFE_INTEGER = /(?:^|[[,:\s-])\d{16}/;

/** The two key names that reach a prototype, plainly or with some of their letters written as \u escapes. */
const MAY_HOLD_PROTOTYPE_KEY = /__proto__|constructor|\\u00[567]/i;

/** A text that is not JSON, or JSON that is refused. The message is a sentence for the caller and quotes no input. */
export class JsonError extends Error {
  override readonly name = 'JsonError';
  /** Where in the text the trouble is, counted in UTF-16 units from 0; undefined where that is not known. */
  readonly position: number | undefined;

  constructor(message: string, options: { position?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.position = options.position;
  }
}

/**
 * Reads JSON as `JSON.parse` does, save that an integer literal that is not a safe integer comes out as `bigint`:
 * shop ids and totals pass 2^53 (`protocol.md` 1). All other numbers are `number`. Of repeated keys the last counts.
 * @throws {JsonError} for what is not JSON, is nested deeper than 64, holds an integer of more than 1000 digits, or has
 *   keys that could reach a prototype (`__proto__`, or `constructor` with `prototype` in it).
 */
export function parseJson(text: string): unknown {
  refuseGreatDepth(text);
  // The native parser goes first even where the lossless one must follow: it decides what is JSON at all.
  const value = parseNative(text);
  if (MAY_HOLD_PROTOTYPE_KEY.test(text)) refusePrototypeKeys(value);
  if (!MAY_HOLD_UNSAFE_INTEGER.test(text)) return value;
  return parseLossless(text, null, { parseNumber, onDuplicateKey: ({ newValue }) => newValue });
}

// Measured on an answer with 100 orders: 0.20 ms, against 0.18 ms for JSON.stringify with a replacer that loses digits.
const stringify = configure({ deterministic: false, circularValue: TypeError });

/**
 * Writes JSON as `JSON.stringify` does, with `bigint` as integers of full length; a `Date` becomes its ISO text.
 * A value that JSON has no form for (undefined, a function) becomes null, as it does within a list.
 * @throws {TypeError} for a value that holds itself.
 */
export function stringifyJson(value: unknown): string {
  return stringify(value) ?? 'null';
}

/** Runs over the text once, without recursion, so that no input can exhaust the stack. */
function refuseGreatDepth(text: string): void {
  let depth = 0;
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charCodeAt(index);
    if (character === DOUBLE_QUOTE) {
      index = closingQuote(text, index);
    } else if (character === OPENING_BRACE || character === OPENING_BRACKET) {
      depth += 1;
      if (depth > GREATEST_DEPTH) {
        throw new JsonError(`The JSON is nested deeper than ${GREATEST_DEPTH} levels.`, { position: index });
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

/** Where the text that begins at `opening` ends; the end of everything where it is not closed. */
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
    // The engine's own message quotes the input, which may hold what no log should.
    const position = /at position (\d+)/.exec(String(cause))?.[1];
    if (position === undefined) throw new JsonError('The text is not valid JSON.', { cause });
    throw new JsonError(`The text is not valid JSON at position ${position}.`, { position: Number(position), cause });
  }
}

/** The rules of secure-json-parse, which Fastify applies to bodies that it reads itself. */
function refusePrototypeKeys(root: unknown): void {
  const waiting = [root];
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (typeof value !== 'object' || value === null) continue;
    if (Object.hasOwn(value, '__proto__') || hasConstructorPrototype(value)) {
      throw new JsonError('The JSON holds a key that could reach a prototype.');
    }
    for (const child of Object.values(value)) waiting.push(child);
  }
}

function hasConstructorPrototype(value: object): boolean {
  if (!Object.hasOwn(value, 'constructor')) return false;
  const constructorValue: unknown = value.constructor;
  return (
    typeof constructorValue === 'object' && constructorValue !== null && Object.hasOwn(constructorValue, 'prototype')
  );
}

function parseNumber(literal: string): number | bigint {
  const number = Number(literal);
  if (Number.isSafeInteger(number) || !/^-?\d+$/.test(literal)) return number;
  if (literal.replace('-', '').length > MOST_INTEGER_DIGITS) {
    throw new JsonError(`The JSON holds an integer of more than ${MOST_INTEGER_DIGITS} digits.`);
  }
  return BigInt(literal);
}
