import type { Order } from '../store/orders.ts';
import type { WebhookAnswer } from '../store/webhooks.ts';
import { formatTari } from '../tari/micro-tari.ts';
import type { Ledger } from './ledger.ts';
import { isOpen } from './order-states.ts';
import type { Orders } from './orders.ts';
import type { Owner } from './owners.ts';
import { convertPrice, isShopPriceOf } from './prices.ts';
import { payFromAllAccounts } from './settling.ts';
import { closeByShop, closingOf, keepEarlyNews, recordByShop } from './shop-news.ts';
import type { ShopOrder } from './storefront.ts';

/**
 * What the shop says of its orders, and what follows here. Each works inside its caller's unit of work.
 *
 * News comes late, twice and in any order, and ends in the same. What the shop can't take back, that an order is
 * cancelled or paid there, counts however late it comes. What it can, the price, goes by the newest news alone.
 */

/**
 * Takes in that the shop has a new order.
 * @param claimant who claims it by its own texts: `claimantIn`, found before the unit of work.
 * @throws {EngineError} `unsupported_currency`, `invalid_price`; nothing has changed then.
 */
export async function takeInOrder(
  ledger: Ledger,
  orders: Pick<Orders, 'enter'>,
  shopOrder: ShopOrder,
  claimant: Owner | undefined,
): Promise<WebhookAnswer> {
  const closing = closingOf(shopOrder);
  if (closing !== null) {
    const known = await ledger.tx.orders.find(shopOrder.orderId);
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
 * Takes in that something happened to an order in the shop.
 * @throws {EngineError} `unsupported_currency`, `invalid_price`; nothing has changed then.
 */
export async function takeInNews(ledger: Ledger, news: ShopOrder): Promise<WebhookAnswer> {
  const order = await ledger.tx.orders.find(news.orderId);
  if (order === undefined) {
    await keepEarlyNews(ledger, news);
    return answer('accepted', true, `Order ${news.orderId} is not known yet; this is kept until it comes.`);
  }
  const closing = closingOf(news);
  if (closing !== null) return takeInClosing(ledger, order, news, closing);
  if (!isOpen(order.status)) return nothing(order, 'stays as it is');
  if (news.updatedAt < order.shopUpdatedAt) return nothing(order, 'has had newer news');
  return takeInPrice(ledger, order, news);
}

async function takeInClosing(
  ledger: Ledger,
  order: Order,
  news: ShopOrder,
  closing: NonNullable<ReturnType<typeof closingOf>>,
): Promise<WebhookAnswer> {
  if (isOpen(order.status)) {
    const closed = await closeByShop(ledger, order, news, closing);
    const how = closing === 'paid' ? 'was paid in the shop by other means' : 'was cancelled in the shop';
    return answer('accepted', true, `Order ${order.orderId} ${how}. It is ${closed.status}.`);
  }
  if (order.status === 'Paid' && closing === 'cancelled') {
    return answer(
      'ignored',
      false,
      `Order ${order.orderId} was cancelled in the shop but is Paid here and stays so: a person has to decide what becomes of the customer's money.`,
    );
  }
  // Telling the shop that an order is paid makes it send orders/paid: here that is no news.
  return nothing(order, 'stays as it is');
}

async function takeInPrice(ledger: Ledger, order: Order, news: ShopOrder): Promise<WebhookAnswer> {
  const shopUpdatedAt = news.updatedAt;
  if (isShopPriceOf(order, news)) {
    const amountOutstanding = news.outstanding ?? order.amountOutstanding;
    const isNews = shopUpdatedAt > order.shopUpdatedAt || amountOutstanding !== order.amountOutstanding;
    if (isNews) await ledger.noteNews(order, { shopUpdatedAt, amountOutstanding });
    return nothing(order, 'has the same price');
  }
  const { totalPrice, exchangeRate } = await convertPrice(ledger.tx, news);
  const inShop = {
    originalPrice: news.price,
    currency: news.currency,
    exchangeRate,
    shopUpdatedAt,
    ...(news.outstanding === null ? {} : { amountOutstanding: news.outstanding }),
  };
  if (totalPrice === order.totalPrice) {
    // An operator was faster than the shop.
    await ledger.noteNews(order, inShop);
    return nothing(order, 'has that price already');
  }
  const before = await ledger.viewOf(order);
  const changed = await ledger.modifyOrder(order, 'total_price', { totalPrice, ...inShop });
  await payFromAllAccounts(ledger, order.orderId);
  const last = (await ledger.tx.orders.find(order.orderId)) ?? changed;
  await recordByShop(ledger, 'change price of order', before, last, 'Its price was changed in the shop.');
  const price = formatTari(totalPrice);
  return answer('accepted', true, `The price of order ${order.orderId} is now ${price}. It is ${last.status}.`);
}

function nothing(order: Order, why: string): WebhookAnswer {
  return answer('ignored', true, `Order ${order.orderId} is ${order.status} and ${why}.`);
}

function answer(state: WebhookAnswer['state'], success: boolean, message: string): WebhookAnswer {
  return { state, success, message };
}
