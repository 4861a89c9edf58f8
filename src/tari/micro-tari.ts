/**
 * Money. One Tari is 1,000,000 µT (protocol.md 1); every amount in the program is a whole number of µT in a bigint,
 * because totals of the 21 billion Tari supply pass 2^53. Decimals exist only in the texts read and written here,
 * and are never a float.
 */

/** A whole number of µT that fits a signed 64 bit column of the database. */
export type MicroTari = bigint & { readonly __unit: 'MicroTari' };

/** A text that is not an amount. The message is a sentence that may be shown to the user. */
export class AmountError extends Error {
  override readonly name = 'AmountError';
}

export const MICRO_TARI_PER_TARI = 1_000_000n;

/** The maximum supply of Tari, 21 billion, in µT (protocol.md 1): no price and no payment exceeds it. */
export const TARI_SUPPLY = 21_000_000_000n * MICRO_TARI_PER_TARI;

/**
 * A wallet sends nothing below the fee of its own transaction, 740 µT at the default fee with one input
 * (docs/reference/protocol.md 1).
 */
export const MIN_SENDABLE: MicroTari = 1_000n as MicroTari;
const DECIMALS_OF_TARI = 6;

const LARGEST = 2n ** 63n - 1n;
const SMALLEST = -(2n ** 63n);

/** Far more digits than any amount has, and few enough that a hostile text costs nothing. */
const MAX_TEXT_LENGTH = 40;

/** The value as an amount. Throws RangeError when it does not fit a signed 64 bit integer. */
export function microTari(value: bigint): MicroTari {
  if (value > LARGEST || value < SMALLEST) throw new RangeError(`${value} µT does not fit a signed 64 bit integer.`);
  return value as MicroTari;
}

export const ZERO_MICRO_TARI: MicroTari = microTari(0n);

/** The sum of amounts in µT. Throws RangeError when it does not fit a signed 64 bit integer. */
export function sumMicroTari(values: Iterable<bigint>): MicroTari {
  let sum = 0n;
  for (const value of values) sum += value;
  return microTari(sum);
}

/**
 * Parses an amount as people and the console wallet write it (protocol.md 1 and 6): "1.5", "2.500000 T", "1.5 XTM" and
 * "1.5 XTR" are Tari, "500 µT" and "500 uT" are whole µT. Throws AmountError for everything else.
 */
export function parseTari(text: string): MicroTari {
  const trimmed = text.length <= MAX_TEXT_LENGTH ? text.trim() : '';
  // Both µ are in use: U+00B5 is on keyboards, U+03BC is the Greek letter.
  const inMicroTari = /^(-?\d+) ?[\u00b5\u03bcu]T$/.exec(trimmed);
  if (inMicroTari) return amountWithin(BigInt(inMicroTari[1] ?? ''), text);
  const inTari = /^(-?)(\d+)(?:\.(\d+))?(?: ?(?:T|XTM|XTR))?$/i.exec(trimmed);
  if (!inTari) throw new AmountError(`${quoted(text)} is not an amount. Write it like 1.5, 1.5 XTM or 500 µT.`);
  const [, sign, whole = '', decimals = ''] = inTari;
  if (decimals.length > DECIMALS_OF_TARI) {
    throw new AmountError(
      `${quoted(text)} has more than ${DECIMALS_OF_TARI} decimals, and 1 µT is the smallest amount.`,
    );
  }
  const magnitude = BigInt(whole + decimals.padEnd(DECIMALS_OF_TARI, '0'));
  return amountWithin(sign === '-' ? -magnitude : magnitude, text);
}

/** An amount in µT for people, always with six decimals: "477.000000 XTM". parseTari parses it. */
export function formatTari(amount: bigint): string {
  const magnitude = amount < 0n ? -amount : amount;
  const decimals = (magnitude % MICRO_TARI_PER_TARI).toString().padStart(DECIMALS_OF_TARI, '0');
  return `${amount < 0n ? '-' : ''}${magnitude / MICRO_TARI_PER_TARI}.${decimals} XTM`;
}

/** Whether a currency code is Tari's: XTM since 2025-05, XTR in older software and shops (protocol.md 1). */
export function isTariCurrency(code: string): boolean {
  return /^xt[mr]$/i.test(code);
}

/**
 * A price in some currency, as the decimal text the shop sent, at a rate of µT for one unit of that currency. The
 * product is exact and then rounded down to whole µT, so that a customer never owes a part of a µT. Throws AmountError
 * for anything but a plain non-negative decimal, for a negative rate, and for a result above 2^63 - 1.
 */
export function priceInMicroTari(price: string, microTariPerUnit: bigint): MicroTari {
  const parts = price.length <= MAX_TEXT_LENGTH ? /^(\d+)(?:\.(\d+))?$/.exec(price) : null;
  if (!parts) throw new AmountError(`${quoted(price)} is not a price. A price is a decimal like 12.50.`);
  if (microTariPerUnit < 0n) throw new AmountError('A rate cannot be negative.');
  const [, whole = '', decimals = ''] = parts;
  return amountWithin((BigInt(whole + decimals) * microTariPerUnit) / 10n ** BigInt(decimals.length), price);
}

function amountWithin(value: bigint, text: string): MicroTari {
  if (value > LARGEST || value < SMALLEST) throw new AmountError(`${quoted(text)} is more Tari than there can be.`);
  return microTari(value);
}

/** The text, truncated and quoted for a sentence: a hostile one must not fill the log. */
function quoted(text: string): string {
  return JSON.stringify(text.length > MAX_TEXT_LENGTH ? `${text.slice(0, MAX_TEXT_LENGTH)}…` : text);
}
