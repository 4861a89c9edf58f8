import type { Ledger } from '#engine/money/ledger.ts';
import type { Owner } from '#engine/money/owners.ts';
import { payFromAllAccounts } from '#engine/money/settlement.ts';
import { findShopOrder } from '#engine/order-lookup.ts';
import { isOpen } from '#engine/order-states.ts';
import { orderById } from '#engine/records.ts';
import type { Order } from '#engine/store/orders.ts';
import { convertPrice } from '#rates/conversion.ts';
import { formatTari } from '#tari/micro-tari.ts';
import type { OrderIntake } from './order-intake.ts';
import {
  closeByShop,
  closingOf,
  isOlder,
  keepEarlyDeletion,
  keepEarlyUpdate,
  momentOf,
  recordByShop,
} from './out-of-order-updates.ts';
import type { ShopOrder } from './shop-connector.ts';
import { isShopPriceOf } from './shop-price.ts';
import type { WebhookAnswer } from './store/webhooks.ts';
import { answer } from './webhook-answer.ts';

/**
 * Applies the shop's updates of its orders. Each function works inside its caller's unit of work.
 *
 * Updates may arrive late, twice and in any order, and lead to the same result. An update that the shop can't undo, that
 * an order is cancelled or paid there, counts however late it arrives. The price is taken from the newest update only.
 */

/**
 * Applies a new order of the shop.
 * @param claimant the signer of a claim in its own texts, from `claimantIn` before the unit of work.
 * @throws {DomainError} `unsupported_currency`, `invalid_price`; then nothing has changed.
 */
export async function applyNewOrder(
  ledger: Ledger,
  orders: OrderIntake,
  shopOrder: ShopOrder,
  claimant: Owner | undefined,
): Promise<WebhookAnswer> {
  const closing = closingOf(shopOrder);
  if (closing !== null) {
    const known = await findShopOrder(ledger.tx, shopOrder);
    if (known !== undefined) return takeInClosing(ledger, known, shopOrder, closing);
    const how = closing === 'paid' ? 'paid in the shop by other means' : 'cancelled in the shop';
    return answer('ignored', true, `The order is ${how}.`);
  }
  const { order, isNew } = await orders.enter(ledger, shopOrder, claimant);
  return isNew
    ? answer('accepted', true, `Order processed successfully. It is ${order.status}.`)
    : answer('accepted', true, 'Order already processed.');
}

/**
 * Applies an update of an order in the shop.
 * @throws {DomainError} `unsupported_currency`, `invalid_price`; then nothing has changed.
 */
export async function applyOrderUpdate(ledger: Ledger, news: ShopOrder): Promise<WebhookAnswer> {
  const order = await findShopOrder(ledger.tx, news);
  if (order === undefined) {
    if (news.notOurs !== undefined) return answer('ignored', true, news.notOurs);
    await keepEarlyUpdate(ledger, news);
    return answer('accepted', true, `Order ${news.orderId} is not known yet; this is kept until it comes.`);
  }
  const closing = closingOf(news);
  if (closing !== null) return takeInClosing(ledger, order, news, closing);
  if (!isOpen(order.status)) return nothing(order, 'stays as it is');
  if (isOlder(momentOf(news), { shopUpdatedAt: order.shopUpdatedAt, triggeredAt: order.shopTriggeredAt }))
    return nothing(order, 'has had newer news');
  return takeInPrice(ledger, order, news);
}

/** Applies the deletion of an order in the shop, which closes it like a cancellation. */
export async function applyOrderDeletion(ledger: Ledger, orderId: string): Promise<WebhookAnswer> {
  const order = await orderById(ledger.tx, orderId);
  if (order === undefined) {
    await keepEarlyDeletion(ledger, orderId);
    return answer('accepted', true, `Order ${orderId} is not known yet; that it was deleted is kept until it comes.`);
  }
  return takeInClosing(ledger, order, { updatedAt: order.shopUpdatedAt }, 'deleted');
}

const CLOSED_HOW = {
  paid: 'was paid in the shop by other means',
  cancelled: 'was cancelled in the shop',
  deleted: 'was deleted in the shop',
} as const;

async function takeInClosing(
  ledger: Ledger,
  order: Order,
  news: Pick<ShopOrder, 'updatedAt'>,
  closing: keyof typeof CLOSED_HOW,
): Promise<WebhookAnswer> {
  const how = CLOSED_HOW[closing];
  if (isOpen(order.status)) {
    const closed = await closeByShop(ledger, order, news, closing);
    return answer('accepted', true, `Order ${order.orderId} ${how}. It is ${closed.status}.`);
  }
  if (order.status === 'Paid' && closing !== 'paid') {
    return answer(
      'ignored',
      false,
      `Order ${order.orderId} ${how} but is Paid here and stays so: a person has to decide what becomes of the customer's money.`,
    );
  }
  // When we notify the shop that an order is paid, it sends orders/paid, which is nothing new here.
  return nothing(order, 'stays as it is');
}

async function takeInPrice(ledger: Ledger, order: Order, news: ShopOrder): Promise<WebhookAnswer> {
  const heard = {
    shopUpdatedAt: news.updatedAt,
    // An order that was fetched rather than sent keeps the time of the last one that was sent.
    shopTriggeredAt: news.triggeredAt ?? order.shopTriggeredAt,
    amountOutstanding: news.outstanding ?? order.amountOutstanding,
  };
  if (isShopPriceOf(order, news)) {
    const isNewer = heard.shopUpdatedAt > order.shopUpdatedAt || heard.shopTriggeredAt !== order.shopTriggeredAt;
    if (isNewer || heard.amountOutstanding !== order.amountOutstanding) await ledger.recordShopUpdate(order, heard);
    return nothing(order, 'has the same price');
  }
  const { totalPrice, exchangeRate } = await convertPrice(ledger.tx, news);
  const inShop = { originalPrice: news.price, currency: news.currency, exchangeRate, ...heard };
  if (totalPrice === order.totalPrice) {
    // An operator has already made the change.
    await ledger.recordShopUpdate(order, inShop);
    return nothing(order, 'has that price already');
  }
  const before = await ledger.viewOf(order);
  const changed = await ledger.modifyOrder(order, 'total_price', { totalPrice, ...inShop });
  await payFromAllAccounts(ledger, order.orderId);
  const last = (await orderById(ledger.tx, order.orderId)) ?? changed;
  await recordByShop(ledger, 'change price of order', before, last, 'Its price was changed in the shop.');
  const price = formatTari(totalPrice);
  return answer('accepted', true, `The price of order ${order.orderId} is now ${price}. It is ${last.status}.`);
}

function nothing(order: Order, why: string): WebhookAnswer {
  return answer('ignored', true, `Order ${order.orderId} is ${order.status} and ${why}.`);
}
