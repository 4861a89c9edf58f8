import type { Order } from '#engine/store/orders.ts';
import type { ShopPrice } from '#rates/conversion.ts';

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
