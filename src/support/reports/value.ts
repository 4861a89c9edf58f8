import { isTariCurrency } from '#tari/micro-tari.ts';

/** Values of Tari in a currency of a shop: decimal texts, computed exactly and rounded once. */

const DECIMALS_OF_TARI = 6;

const decimals = new Map<string, number>();

/** There are fewer currencies; who asks for more of them makes nothing grow. */
const MAX_CURRENCIES = 300;

/** How many decimals a currency is written with: 2 for USD, 0 for JPY, 3 for KWD; 2 for one that is not known. */
export function decimalsOf(currency: string): number {
  if (isTariCurrency(currency)) return DECIMALS_OF_TARI;
  let digits = decimals.get(currency);
  if (digits === undefined) {
    digits = /^[A-Za-z]{3}$/.test(currency)
      ? (new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2)
      : 2;
    if (decimals.size >= MAX_CURRENCIES) decimals.clear();
    decimals.set(currency, digits);
  }
  return digits;
}

/**
 * The value of an amount in the smallest unit of a currency, rounded half away from zero.
 * @param rate in µT per unit of the currency, above 0.
 */
export function valueAtRate(microTari: bigint, rate: bigint, currency: string): bigint {
  const exact = (microTari < 0n ? -microTari : microTari) * 10n ** BigInt(decimalsOf(currency));
  const rounded = (2n * exact + rate) / (2n * rate);
  return microTari < 0n ? -rounded : rounded;
}

/** A value as a decimal text: `-5.00`. */
export function valueText(value: bigint, currency: string): string {
  const digits = decimalsOf(currency);
  const magnitude = (value < 0n ? -value : value).toString().padStart(digits + 1, '0');
  const sign = value < 0n ? '-' : '';
  return digits === 0 ? `${sign}${magnitude}` : `${sign}${magnitude.slice(0, -digits)}.${magnitude.slice(-digits)}`;
}
