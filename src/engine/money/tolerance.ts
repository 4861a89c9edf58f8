import { MICRO_TARI_PER_TARI, type MicroTari, microTari } from '#tari/micro-tari.ts';

/**
 * How much may be missing of what an order costs for it to count as paid. The difference is given to the order as a
 * credit, so that the books stay whole.
 */
export type Tolerance = { kind: 'amount'; microTari: bigint } | { kind: 'share'; perMillion: bigint };

export const NO_TOLERANCE: Tolerance = { kind: 'amount', microTari: 0n };

/** The reason that stands with the credit. */
export const TOLERANCE_REASON = 'tolerance';

const MILLION = 1_000_000n;

/** A tenth of the price: beyond that it is no slip any more. */
const MAX_PER_MILLION = MILLION / 10n;

/** What of a price may be missing, in µT. Never more than half of it, so that no order is paid by next to nothing. */
export function toleratedOf(price: MicroTari, tolerance: Tolerance): MicroTari {
  const most = tolerance.kind === 'amount' ? tolerance.microTari : (price * tolerance.perMillion) / MILLION;
  return microTari(most > price / 2n ? price / 2n : most);
}

/** Reads `0`, `2%`, `0.5%`, `5000 µT` or `0.01 XTM`; undefined for anything else. */
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
