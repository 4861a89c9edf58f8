import type { Order } from '#engine/store/orders.ts';
import { type MicroTari, microTari } from '#tari/micro-tari.ts';

/**
 * Values in the shop's currency, as texts with as many decimals as the order's price has. Everything is exact and rounded
 * down, so that parts never come to more than the whole.
 */

/** A price as the shop wrote it, in its smallest unit. */
export interface ShopPriceOf {
  units: bigint;
  decimals: number;
}

/** Longer than any price of a shop. */
const PRICE = /^(\d{1,15})(?:\.(\d{1,6}))?$/;

/** Undefined for a text that is not a plain decimal. */
export function readShopAmount(text: string): ShopPriceOf | undefined {
  const [, whole, decimals = ''] = PRICE.exec(text) ?? [];
  return whole === undefined ? undefined : { units: BigInt(whole + decimals), decimals: decimals.length };
}

/** The units with this many decimals; undefined if that would lose some. */
export function unitsOf(text: string, decimals: number): bigint | undefined {
  const read = readShopAmount(text);
  if (read === undefined) return undefined;
  if (read.decimals <= decimals) return read.units * 10n ** BigInt(decimals - read.decimals);
  const scale = 10n ** BigInt(read.decimals - decimals);
  return read.units % scale === 0n ? read.units / scale : undefined;
}

export function shopAmountText(units: bigint, decimals: number): string {
  if (decimals === 0) return units.toString();
  const digits = units.toString().padStart(decimals + 1, '0');
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

/** The order's price in the shop's currency; undefined if it has none, or is free. */
export function shopPriceOf({ originalPrice, totalPrice }: Pick<Order, 'originalPrice' | 'totalPrice'>) {
  const price = originalPrice === null ? undefined : readShopAmount(originalPrice);
  return price === undefined || price.units === 0n || totalPrice === 0n ? undefined : price;
}

/** The value of a part of the order's price at the order's own rate. */
export function unitsAtOrderRate(price: ShopPriceOf, totalPrice: MicroTari, amount: MicroTari): bigint {
  return (price.units * amount) / totalPrice;
}

/** The part of the order's price that has this value at the order's own rate. */
export function amountAtOrderRate(price: ShopPriceOf, totalPrice: MicroTari, units: bigint): MicroTari {
  return microTari((totalPrice * units) / price.units);
}

/** @param rate µT per unit of the currency. */
export function amountAtRate(units: bigint, decimals: number, rate: bigint): bigint {
  return (units * rate) / 10n ** BigInt(decimals);
}

export function unitsAtRate(amount: MicroTari, decimals: number, rate: bigint): bigint {
  return rate === 0n ? 0n : (amount * 10n ** BigInt(decimals)) / rate;
}
