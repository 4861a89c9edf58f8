import type { Order } from '#engine/store/orders.ts';
import type { Repositories } from '#platform/database/transaction.ts';
import { EngineError } from '#platform/errors.ts';
import type { ShopOrder } from '#shops/shop-connector.ts';
import {
  AmountError,
  isTariCurrency,
  MICRO_TARI_PER_TARI,
  type MicroTari,
  priceInMicroTari,
  TARI_SUPPLY,
} from '#tari/micro-tari.ts';

/** A price as the shop wrote it. */
export type ShopPrice = Pick<ShopOrder, 'price' | 'currency'>;

/**
 * The price in µT by the rate that holds now; Tari is worth itself.
 * @throws {EngineError} `unsupported_currency`, `invalid_price`
 */
export async function convertPrice(
  tx: Repositories,
  shopPrice: ShopPrice,
): Promise<{ totalPrice: MicroTari; exchangeRate: bigint }> {
  const exchangeRate = await rateInForce(tx, shopPrice.currency);
  if (exchangeRate === undefined) throw new EngineError('unsupported_currency', shopPrice.currency);
  try {
    return { totalPrice: priceAtRate(shopPrice.price, exchangeRate), exchangeRate };
  } catch (error) {
    if (error instanceof AmountError) throw new EngineError('invalid_price', error.message);
    throw error;
  }
}

/** What one unit of a currency costs now, in µT; undefined where no rate is set. Tari is worth itself. */
export async function rateInForce(tx: Repositories, currencyCode: string): Promise<bigint | undefined> {
  const currency = currencyCode.toUpperCase();
  return isTariCurrency(currency) ? MICRO_TARI_PER_TARI : (await tx.exchangeRates.last(currency))?.rate;
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

/**
 * Whether the shop asks for what it asked for when the order's price was made, however it writes it: `12.5` is `12.50`.
 * The price here may be another one: the rate has moved since, or an operator has changed it.
 */
export function isShopPriceOf(order: Order, { price, currency }: ShopPrice): boolean {
  if (order.originalPrice === null || order.currency.toUpperCase() !== currency.toUpperCase()) return false;
  return withoutNeedlessZeros(order.originalPrice) === withoutNeedlessZeros(price);
}

function withoutNeedlessZeros(decimal: string): string {
  const [whole = '', digits = ''] = decimal.split('.');
  return `${whole.replace(/^0+(?=\d)/, '')}.${digits.replace(/0+$/, '')}`;
}
