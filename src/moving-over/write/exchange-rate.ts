import { isTariCurrency, MICRO_TARI_PER_TARI } from '#tari/micro-tari.ts';

/** At which rate an order's price was made, which the old database does not keep. Pure. */

const DECIMAL = /^\s*(\d{1,30})(?:\.(\d{1,30}))?\s*$/;

/**
 * The order's price divided by its price in the shop's currency, in µT per unit, rounded; Tari is worth itself. Where there
 * is nothing to divide, the rate that holds.
 * @param current of the currency; undefined where there is none.
 */
export function rateOfOrder(
  { totalPrice, originalPrice, currency }: { totalPrice: bigint; originalPrice: string | null; currency: string },
  current: bigint | undefined,
): bigint {
  if (isTariCurrency(currency.toUpperCase())) return MICRO_TARI_PER_TARI;
  const [, whole, digits = ''] = DECIMAL.exec(originalPrice ?? '') ?? [];
  const scale = 10n ** BigInt(digits.length);
  const original = whole === undefined ? 0n : BigInt(whole + digits);
  const divided = original === 0n ? 0n : (totalPrice * scale + original / 2n) / original;
  if (divided > 0n && divided < 2n ** 63n) return divided;
  return current ?? MICRO_TARI_PER_TARI;
}
