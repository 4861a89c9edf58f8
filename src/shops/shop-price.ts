import type { Order } from '#engine/store/orders.ts';
import type { ShopPrice } from '#rates/conversion.ts';

/**
 * Whether the shop's price is still that from which the order's price was computed, in any format: `12.5` is `12.50`. The
 * price in Tari may differ: the rate has changed since, or an operator has changed the price.
 */
export function isShopPriceOf(order: Order, { price, currency }: ShopPrice): boolean {
  if (order.originalPrice === null || order.currency.toUpperCase() !== currency.toUpperCase()) return false;
  return withoutNeedlessZeros(order.originalPrice) === withoutNeedlessZeros(price);
}

function withoutNeedlessZeros(decimal: string): string {
  const [whole = '', digits = ''] = decimal.split('.');
  return `${whole.replace(/^0+(?=\d)/, '')}.${digits.replace(/0+$/, '')}`;
}
