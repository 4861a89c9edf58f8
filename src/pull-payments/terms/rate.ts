import type { Asset } from '#interledger/stream/connection/state.ts';

/** How much of one asset another is worth, exactly: `units` of the one for `per` of the other, both above 0 and reduced. */
export interface Rate {
  units: bigint;
  per: bigint;
}

export const ONE_TO_ONE: Rate = { units: 1n, per: 1n };

export function rateOf(units: bigint, per: bigint): Rate {
  const divisor = greatestCommonDivisor(units, per);
  return { units: units / divisor, per: per / divisor };
}

/** Between two scales of one currency: units of `to` for one of `from`. */
export function rateOfScales(from: number, to: number): Rate {
  return rateOf(10n ** BigInt(to), 10n ** BigInt(from));
}

/** Between two currencies: units of `to` for one of `from`, from the worth of a whole coin of each in the same money. */
export function rateOfWorths(from: Asset, fromWorth: bigint, to: Asset, toWorth: bigint): Rate {
  const scales = rateOfScales(from.scale, to.scale);
  return rateOf(fromWorth * scales.units, toWorth * scales.per);
}

export function inverse({ units, per }: Rate): Rate {
  return { units: per, per: units };
}

export function product(one: Rate, other: Rate): Rate {
  return rateOf(one.units * other.units, one.per * other.per);
}

export function convertDown(amount: bigint, { units, per }: Rate): bigint {
  return (amount * units) / per;
}

export function convertUp(amount: bigint, { units, per }: Rate): bigint {
  return (amount * units + per - 1n) / per;
}

/** Of an amount that may be below 0, too. */
export function convertFloor(amount: bigint, rate: Rate): bigint {
  return amount < 0n ? -convertUp(-amount, rate) : convertDown(amount, rate);
}

export function isSameRate(one: Rate, other: Rate): boolean {
  return one.units === other.units && one.per === other.per;
}

function greatestCommonDivisor(one: bigint, other: bigint): bigint {
  let [larger, smaller] = [one, other];
  while (smaller !== 0n) [larger, smaller] = [smaller, larger % smaller];
  return larger;
}
