import { bytesFromHex, utf8 } from './bytes.ts';

/**
 * Payment ids as the console wallet displays them to its notification script (docs/reference/protocol.md 6). The payer's
 * text in them may contain anything, even text that looks like a part of the form, so each form is matched as a whole by
 * its own grammar.
 */

/** A memo has 256 bytes, and a byte is displayed as at most five characters, besides an address or two. */
const MAX_DISPLAYED_LENGTH = 4096;

/** `None`, and the number of the two oldest forms. */
const NUMBER = /^u(?:64|256)\((\d+)\)$/;
/** Bytes in hex: the current form for unknown kinds, and the two forms from before texts were displayed. */
const HEX_BYTES = /^(?:Raw\(|data\(|address_and_data\([^,()]*, ?)((?:[0-9a-fA-F]{2})*)\)$/;
/** The current forms without a text. */
const OTHER_FORM_OF_TODAY = /^(?:None|u256\(\d+\)|Raw\((?:[0-9a-fA-F]{2})*\))$/;
/** The text extends from the first `data(` after the named fields, whose values contain no brackets, to the last bracket. */
const TEXT =
  /^(?:type|sender_address|recipient_address)\([^()]*\)(?:, (?!data\()[a-z_]+\([^()]*\))*, data\(([\s\S]*)\)$/;

/** `\\`, `\t`, `\n`, `\r`, `\u{HEX}` and `\xHH`. */
const ESCAPE = /\\(?:([\\tnr])|u\{([0-9a-fA-F]{1,6})\}|x([0-9a-fA-F]{2}))/g;
const SHORT_ESCAPES: Readonly<Record<string, string>> = { '\\': '\\', t: '\t', n: '\n', r: '\r' };

/**
 * The payer's bytes in a displayed payment id: `None`, `u64(n)`, `u256(n)`, `Raw(HEX)`, `data(HEX)`,
 * `address_and_data(B58,HEX)`, `type(KIND), data(TEXT)`, and the latter after `sender_address(…)` or
 * `recipient_address(…)` and their fields. A number yields its digits. Undefined if the text as a whole is none of these.
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

/** Whether the text as a whole is a payment id as current wallets display it; the older forms came in another argument. */
export function isPaymentIdOfToday(text: string): boolean {
  return text.length <= MAX_DISPLAYED_LENGTH && (OTHER_FORM_OF_TODAY.test(text) || TEXT.test(text));
}

/**
 * The payer's text. Invalid UTF-8 in it becomes `�`; hex that is not a text yields an empty one. A text that is not a
 * displayed payment id is taken to be the payer's own.
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

/** An invalid escape is kept as it is. */
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
