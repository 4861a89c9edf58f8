import type { Transaction } from '#platform/database/store.ts';
import {
  AmountError,
  isTariCurrency,
  MICRO_TARI_PER_TARI,
  type MicroTari,
  priceInMicroTari,
  TARI_SUPPLY,
} from '#tari/micro-tari.ts';
import { DomainError } from './errors.ts';
import { type ExchangeRate, exchangeRateRepository } from './store/exchange-rates.ts';

/** A price as the shop formats it. */
export interface ShopPrice {
  price: string;
  currency: string;
}

/**
 * The price in µT at the current rate; Tari converts to itself.
 * @throws {DomainError} `unsupported_currency`, `invalid_price`
 */
export async function convertPrice(
  tx: Transaction,
  shopPrice: ShopPrice,
): Promise<{ totalPrice: MicroTari; exchangeRate: bigint }> {
  const exchangeRate = await rateInForce(tx, shopPrice.currency);
  if (exchangeRate === undefined) throw new DomainError('unsupported_currency', shopPrice.currency);
  try {
    return { totalPrice: priceAtRate(shopPrice.price, exchangeRate), exchangeRate };
  } catch (error) {
    if (error instanceof AmountError) throw new DomainError('invalid_price', error.message);
    throw error;
  }
}

/** The last rate that was set for a currency. */
export function lastRate(tx: Transaction, currency: string): Promise<ExchangeRate | undefined> {
  return tx.use(exchangeRateRepository).last(currency);
}

/** The current rates of all currencies that have one, by currency. */
export async function lastRates(tx: Transaction): Promise<ExchangeRate[]> {
  const rates: ExchangeRate[] = [];
  for (const currency of await tx.use(exchangeRateRepository).currencies()) {
    const rate = await lastRate(tx, currency);
    if (rate !== undefined) rates.push(rate);
  }
  return rates;
}

/** The current rate of a currency, in µT per unit; undefined if none is set. Tari converts to itself. */
export async function rateInForce(tx: Transaction, currencyCode: string): Promise<bigint | undefined> {
  const currency = currencyCode.toUpperCase();
  return isTariCurrency(currency) ? MICRO_TARI_PER_TARI : (await tx.use(exchangeRateRepository).last(currency))?.rate;
}

/**
 * Converts a price of the shop at a rate, as for orders: exact, then rounded down to whole µT.
 * @throws {AmountError} if it is not a price, or more than the supply of Tari.
 */
export function priceAtRate(price: string, rate: bigint): MicroTari {
  const converted = priceInMicroTari(price, rate);
  if (converted > TARI_SUPPLY) throw new AmountError('It is more than all Tari that there is.');
  return converted;
}
