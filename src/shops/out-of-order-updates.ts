import type { Ledger } from '#engine/money/ledger.ts';
import { payFromCredit } from '#engine/money/settlement.ts';
import type { Order } from '#engine/store/orders.ts';
import type { OrderView } from '#engine/views.ts';
import { recordChange } from '#platform/audit-log/record.ts';
import type { Transaction } from '#platform/database/store.ts';
import type { ShopOrder } from './shop-connector.ts';
import { type EarlyUpdate, earlyNewsRepository } from './store/out-of-order-updates.ts';
import type { ShopClosing } from './store/tables.ts';

/** The actor in the audit log for changes by the shop itself. */
export const SHOP = 'shop';

const CLOSING_REASONS: Readonly<Record<ShopClosing | 'deleted', string>> = {
  cancelled: 'It was cancelled in the shop.',
  deleted: 'It was deleted in the shop.',
  paid: 'It was paid in the shop by other means.',
};

/** A point in time in the shop. */
export interface ShopMoment {
  shopUpdatedAt: Date;
  triggeredAt: string | null;
}

export function momentOf({ updatedAt, triggeredAt = null }: ShopOrder): ShopMoment {
  return { shopUpdatedAt: updatedAt, triggeredAt };
}

/**
 * Whether an update is older than an earlier received one. The shop's own times are whole seconds: within one second, the
 * update that the shop sent later counts or, if that is unknown, the one that arrived later.
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
 * An order that was paid in the shop becomes Cancelled too, not Paid: Paid means that the journals have settlements of
 * exactly its price, and it was not paid through them. So no credit is spent, the sums stay right, and the audit log
 * distinguishes the two.
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

/** Writes the audit record of a change by the shop. */
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
 * Keeps an update of an order that is not known yet. Webhooks arrive in any order, and a late one describes the state when
 * it was made: without this, a late orders/create would open an order that the shop has closed, or at an outdated price.
 * The update itself enters no order: shops also send updates of orders that are not to be paid in Tari.
 */
export function keepEarlyUpdate(ledger: Ledger, news: ShopOrder): Promise<void> {
  const { orderId, price, currency, outstanding = null } = news;
  return keep(ledger, { orderId, closing: closingOf(news), price, currency, outstanding, ...momentOf(news) });
}

/** Keeps the deletion of an order that is not known yet; it needs no price, because it will not be paid. */
export function keepEarlyDeletion(ledger: Ledger, orderId: string): Promise<void> {
  const closed = { orderId, closing: 'cancelled', price: '0', currency: 'XTM', outstanding: null } as const;
  return keep(ledger, { ...closed, shopUpdatedAt: ledger.now, triggeredAt: null });
}

async function keep({ tx, now }: Ledger, heard: EarlyUpdate): Promise<void> {
  const kept = await tx.use(earlyNewsRepository).find(heard.orderId);
  await tx.use(earlyNewsRepository).keep(kept === undefined ? heard : joined(kept, heard), now);
}

/** The price is taken from the newer of the two; the order is closed if either says so. */
function joined(kept: EarlyUpdate, heard: EarlyUpdate): EarlyUpdate {
  const newer = isOlder(heard, kept) ? kept : heard;
  return { ...newer, closing: kept.closing ?? heard.closing };
}

/** The order in its newest known state, and how the shop has closed it. */
export async function withEarlyUpdate(
  tx: Transaction,
  reported: ShopOrder,
): Promise<{ shopOrder: ShopOrder; closing: ShopClosing | null }> {
  const early = await tx.use(earlyNewsRepository).find(reported.orderId);
  if (early === undefined) return { shopOrder: reported, closing: null };
  const { price, currency, outstanding, shopUpdatedAt: updatedAt, triggeredAt, closing } = early;
  if (isOlder(early, momentOf(reported))) return { shopOrder: reported, closing };
  // A closed order is not paid, so its price need not be convertible now.
  const due = closing === null && { price, currency, outstanding };
  return { shopOrder: { ...reported, ...due, updatedAt, triggeredAt }, closing };
}
