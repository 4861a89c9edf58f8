import { bytesFromHex, utf8 } from './bytes.ts';

/**
 * Payment ids as the console wallet displays them to its notification script (docs/reference/protocol.md 6). The payer's
 * text in them may hold anything, also what looks like a part of the form, so each form is taken by its own grammar, whole.
 */

/** A memo has 256 bytes, and one byte is displayed by at most five characters, beside an address or two. */
const MAX_DISPLAYED_LENGTH = 4096;

/** `None`, and the number of the two oldest forms. */
const NUMBER = /^u(?:64|256)\((\d+)\)$/;
/** Bytes in hex: today's form for those of no known kind, and the two of before texts were displayed. */
const HEX_BYTES = /^(?:Raw\(|data\(|address_and_data\([^,()]*, ?)((?:[0-9a-fA-F]{2})*)\)$/;
/** Those of today that hold no text. */
const OTHER_FORM_OF_TODAY = /^(?:None|u256\(\d+\)|Raw\((?:[0-9a-fA-F]{2})*\))$/;
/** The text stands from the first `data(` behind the named fields, whose values hold no brackets, to the last bracket. */
const TEXT =
  /^(?:type|sender_address|recipient_address)\([^()]*\)(?:, (?!data\()[a-z_]+\([^()]*\))*, data\(([\s\S]*)\)$/;

/** `\\`, `\t`, `\n`, `\r`, `\u{HEX}` and `\xHH`. */
const ESCAPE = /\\(?:([\\tnr])|u\{([0-9a-fA-F]{1,6})\}|x([0-9a-fA-F]{2}))/g;
const SHORT_ESCAPES: Readonly<Record<string, string>> = { '\\': '\\', t: '\t', n: '\n', r: '\r' };

/**
 * The bytes that the payer gave, out of a payment id as it is displayed: `None`, `u64(n)`, `u256(n)`, `Raw(HEX)`,
 * `data(HEX)`, `address_and_data(B58,HEX)`, `type(KIND), data(TEXT)`, and the latter behind `sender_address(…)` or
 * `recipient_address(…)` and their fields. A number stands for its digits. Undefined where the text is, as a whole, none of
 * these.
 */
export function bytesOfPaymentId(displayed: string): Uint8Array | undefined {
  if (displayed.length > MAX_DISPLAYED_LENGTH) return undefined;
  if (displayed === 'None') return new Uint8Array();
  const number = NUMBER.exec(displayed);
  if (number) return utf8(number[1] ?? '');
  const bytes = HEX_BYTES.exec(displayed);
  if (bytes) return bytes[1] === '' ? new Uint8Array() : bytesFromHex(bytes[1] ?? '');
  const text = TEXT.exec(displayed);
  return text ? unescaped(text[1] ?? '') : undefined;
}

/** Whether the text is, as a whole, a payment id as wallets of today display it: the older forms came in another place. */
export function isPaymentIdOfToday(text: string): boolean {
  return text.length <= MAX_DISPLAYED_LENGTH && (OTHER_FORM_OF_TODAY.test(text) || TEXT.test(text));
}

/**
 * The text that the payer gave. What is no UTF-8 in it becomes `�`; hex of anything but a text gives an empty one. A text
 * that is no displayed payment id is taken for the payer's own.
 */
export function textOfPaymentId(displayed: string): string {
  const trimmed = displayed.trim();
  const bytes = bytesOfPaymentId(trimmed);
  if (bytes === undefined) return displayed;
  return HEX_BYTES.test(trimmed) ? textOrNone(bytes) : new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}

function textOrNone(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return '';
  }
}

/** What an escape that is none stands for is itself. */
function unescaped(text: string): Uint8Array {
  const parts: Uint8Array[] = [];
  let behind = 0;
  for (const match of text.matchAll(ESCAPE)) {
    const bytes = bytesOfEscape(match);
    if (bytes === undefined) continue;
    parts.push(utf8(text.slice(behind, match.index)), bytes);
    behind = match.index + match[0].length;
  }
  parts.push(utf8(text.slice(behind)));
  return Buffer.concat(parts);
}

function bytesOfEscape([, short, codePoint, byte]: RegExpMatchArray): Uint8Array | undefined {
  if (short !== undefined) return utf8(SHORT_ESCAPES[short] ?? short);
  if (byte !== undefined) return Uint8Array.of(Number.parseInt(byte, 16));
  const value = Number.parseInt(codePoint ?? '', 16);
  const isCharacter = value <= 0x10ffff && (value < 0xd800 || value > 0xdfff);
  return isCharacter ? utf8(String.fromCodePoint(value)) : undefined;
}
