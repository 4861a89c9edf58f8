import { MICRO_TARI_PER_TARI, type MicroTari, microTari } from '#tari/micro-tari.ts';

/**
 * How much of an order's price may be missing for it to count as paid. The difference is credited to the order, so that
 * the accounts stay balanced.
 */
export type Tolerance = { kind: 'amount'; microTari: bigint } | { kind: 'share'; perMillion: bigint };

export const NO_TOLERANCE: Tolerance = { kind: 'amount', microTari: 0n };

/** The reason of that credit. */
export const TOLERANCE_REASON = 'tolerance';

const MILLION = 1_000_000n;

/** A tenth of the price: more is not a slip any more. */
const MAX_PER_MILLION = MILLION / 10n;

/** How much of a price may be missing, in µT. At most half of it, so that no order is paid by next to nothing. */
export function toleratedOf(price: MicroTari, tolerance: Tolerance): MicroTari {
  const most = tolerance.kind === 'amount' ? tolerance.microTari : (price * tolerance.perMillion) / MILLION;
  return microTari(most > price / 2n ? price / 2n : most);
}

/** Parses `0`, `2%`, `0.5%`, `5000 µT` or `0.01 XTM`; undefined for anything else. */
export function toleranceValue(text: string): Tolerance | undefined {
  if (text === '0') return NO_TOLERANCE;
  const [, share] = /^(\d{1,2}(?:\.\d{1,4})?) ?%$/.exec(text) ?? [];
  if (share !== undefined) {
    const perMillion = scaled(share, 4);
    return perMillion <= MAX_PER_MILLION ? { kind: 'share', perMillion } : undefined;
  }
  const [, amount = '', unit] = /^(\d{1,12}(?:\.\d{1,6})?) ?([\u00b5\u03bcu]T|XTM)$/i.exec(text) ?? [];
  if (unit === undefined) return undefined;
  const isTari = unit.toUpperCase() === 'XTM';
  if (!isTari && amount.includes('.')) return undefined;
  return {
    kind: 'amount',
    microTari: isTari ? scaled(amount, MICRO_TARI_PER_TARI.toString().length - 1) : BigInt(amount),
  };
}

/** A decimal text times ten to the power of `places`. */
function scaled(text: string, places: number): bigint {
  const [whole = '', decimals = ''] = text.split('.');
  return BigInt(whole + decimals.padEnd(places, '0'));
}
