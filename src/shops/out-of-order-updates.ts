import type { Ledger } from '#engine/money/ledger.ts';
import { payFromCredit } from '#engine/money/settlement.ts';
import type { Order } from '#engine/store/orders.ts';
import type { OrderView } from '#engine/views.ts';
import { recordChange } from '#platform/audit-log/record.ts';
import type { ShopClosing } from '#platform/database/tables.ts';
import type { Repositories } from '#platform/database/transaction.ts';
import type { ShopOrder } from './shop-connector.ts';
import type { EarlyNews } from './store/out-of-order-updates.ts';

/** Who stands in the audit log for what the shop did by itself. */
export const SHOP = 'shop';

const CLOSING_REASONS: Readonly<Record<ShopClosing | 'deleted', string>> = {
  cancelled: 'It was cancelled in the shop.',
  deleted: 'It was deleted in the shop.',
  paid: 'It was paid in the shop by other means.',
};

/** When something was true in the shop. */
export interface ShopMoment {
  shopUpdatedAt: Date;
  triggeredAt: string | null;
}

export function momentOf({ updatedAt, triggeredAt = null }: ShopOrder): ShopMoment {
  return { shopUpdatedAt: updatedAt, triggeredAt };
}

/**
 * Whether news is older than what was heard before. The shop's own times are whole seconds: of two in one second the one
 * counts that the shop sent later, or where it does not say, the one that came later.
 */
export function isOlder(news: ShopMoment, heard: ShopMoment): boolean {
  const difference = news.shopUpdatedAt.getTime() - heard.shopUpdatedAt.getTime();
  if (difference !== 0 || news.triggeredAt === null || heard.triggeredAt === null) return difference < 0;
  return news.triggeredAt < heard.triggeredAt;
}

/** How the shop has closed the order; null while it is open there. */
export function closingOf(news: ShopOrder): ShopClosing | null {
  if (news.isCancelledInShop) return 'cancelled';
  return news.isPaidInShop ? 'paid' : null;
}

/**
 * Closes an open order because the shop did, without calling the shop back.
 *
 * One that the shop has its money for becomes Cancelled too, not Paid: Paid means here that the journals hold
 * settlements of exactly its price, and nothing was paid through them. So no credit is spent, the sums stay right, and
 * the audit log tells the two apart.
 */
export async function closeByShop(
  ledger: Ledger,
  order: Order,
  news: Pick<ShopOrder, 'updatedAt'>,
  closing: ShopClosing | 'deleted',
): Promise<Order> {
  const shopUpdatedAt = news.updatedAt > order.shopUpdatedAt ? news.updatedAt : order.shopUpdatedAt;
  const before = await ledger.viewOf(order);
  const closed = await ledger.annulOrder(order, 'cancel', { shopUpdatedAt });
  await recordByShop(ledger, 'cancel order', before, closed, CLOSING_REASONS[closing]);
  await payFromCredit(ledger, closed.customerId);
  return closed;
}

/** The line in the audit log for what the shop changed of an order. */
export async function recordByShop(
  ledger: Ledger,
  action: string,
  before: OrderView,
  changed: Order,
  reason: string,
): Promise<void> {
  const { tx, now } = ledger;
  const after = await ledger.viewOf(changed);
  await recordChange(tx, { actor: SHOP, action, subject: changed.orderId, reason, before, after }, now);
}

/**
 * Keeps news of an order that is not known yet. Webhooks come in any order, and one that comes late tells how things
 * were when it was made: without this, a late orders/create would open an order that the shop has closed, or at a price
 * that no longer holds. The news itself enters no order: shops also tell of orders that were never to be paid in Tari.
 */
export function keepEarlyNews(ledger: Ledger, news: ShopOrder): Promise<void> {
  const { orderId, price, currency, outstanding = null } = news;
  return keep(ledger, { orderId, closing: closingOf(news), price, currency, outstanding, ...momentOf(news) });
}

/** Keeps that an order which is not known yet has been deleted: nobody pays it, so that it needs no price. */
export function keepEarlyDeletion(ledger: Ledger, orderId: string): Promise<void> {
  const closed = { orderId, closing: 'cancelled', price: '0', currency: 'XTM', outstanding: null } as const;
  return keep(ledger, { ...closed, shopUpdatedAt: ledger.now, triggeredAt: null });
}

async function keep({ tx, now }: Ledger, heard: EarlyNews): Promise<void> {
  const kept = await tx.earlyNews.find(heard.orderId);
  await tx.earlyNews.keep(kept === undefined ? heard : joined(kept, heard), now);
}

/** The price goes by the newer of the two; that an order was closed holds whichever says so. */
function joined(kept: EarlyNews, heard: EarlyNews): EarlyNews {
  const newer = isOlder(heard, kept) ? kept : heard;
  return { ...newer, closing: kept.closing ?? heard.closing };
}

/** The order as the shop tells of it, by the newest that it has said, and how it has closed it. */
export async function withEarlyNews(
  tx: Repositories,
  told: ShopOrder,
): Promise<{ shopOrder: ShopOrder; closing: ShopClosing | null }> {
  const early = await tx.earlyNews.find(told.orderId);
  if (early === undefined) return { shopOrder: told, closing: null };
  const { price, currency, outstanding, shopUpdatedAt: updatedAt, triggeredAt, closing } = early;
  if (isOlder(early, momentOf(told))) return { shopOrder: told, closing };
  // Nobody pays an order that is closed, so its price need not be one that can be converted now.
  const due = closing === null && { price, currency, outstanding };
  return { shopOrder: { ...told, ...due, updatedAt, triggeredAt }, closing };
}
