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

/** A price as a shop wrote it. */
export interface ShopPrice {
  price: string;
  currency: string;
}

/**
 * The price in µT by the rate that holds now; Tari is worth itself.
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

/** The rate that was set last for a currency. */
export function lastRate(tx: Transaction, currency: string): Promise<ExchangeRate | undefined> {
  return tx.use(exchangeRateRepository).last(currency);
}

/** What one unit of a currency costs now, in µT; undefined where no rate is set. Tari is worth itself. */
export async function rateInForce(tx: Transaction, currencyCode: string): Promise<bigint | undefined> {
  const currency = currencyCode.toUpperCase();
  return isTariCurrency(currency) ? MICRO_TARI_PER_TARI : (await tx.use(exchangeRateRepository).last(currency))?.rate;
}

/**
 * A price of the shop at a rate, as orders are charged: exact, then rounded down to whole µT.
 * @throws {AmountError} for what is no price, or more than all Tari.
 */
export function priceAtRate(price: string, rate: bigint): MicroTari {
  const converted = priceInMicroTari(price, rate);
  if (converted > TARI_SUPPLY) throw new AmountError('It is more than all Tari that there is.');
  return converted;
}
