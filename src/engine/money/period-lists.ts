import type { Order, OrderPosition } from '#engine/store/orders.ts';
import { paymentListRepository } from '#engine/store/payment-lists.ts';
import type { Payment, PaymentPosition } from '#engine/store/payments.ts';
import { type OutMovement, type OutPosition, payoutEntryRepository } from '#engine/store/payout-entries.ts';
import { orderSearchRepository } from '#engine/store/search/order-search.ts';
import { type SettlementEntry, type SettlementPosition, settlementRepository } from '#engine/store/settlements.ts';
import type { Transaction } from '#platform/database/store.ts';

/** From the first to the last moment of a period, both inclusive. */
export interface Period {
  since: Date;
  until: Date;
}

/** Orders and the two journals in the order of time, for what reports on a period within its own unit of work. */

/** Up to `limit` orders that came in the period, after the position, by creation and then by id. */
export function ordersOfPeriod(
  tx: Transaction,
  period: Period,
  after: OrderPosition | undefined,
  limit: number,
): Promise<Order[]> {
  return tx.use(orderSearchRepository).search(period, after, limit);
}

/** The currency of the newest order; undefined if there is none. */
export async function newestCurrency(tx: Transaction): Promise<string | undefined> {
  const [newest] = await tx.use(orderSearchRepository).search({}, undefined, 1, 'desc');
  return newest?.currency;
}

/** Up to `limit` payments that came in the period and were not cancelled, after the position, by time and then by id. */
export function paymentsOfPeriod(
  tx: Transaction,
  period: Period,
  after: PaymentPosition | undefined,
  limit: number,
): Promise<Payment[]> {
  return tx.use(paymentListRepository).search({ ...period, exceptCancelled: true }, after, limit);
}

/** Up to `limit` settlements of the period, after the position, by time and then by id. */
export function settlementsOfPeriod(
  tx: Transaction,
  period: Period,
  after: SettlementPosition | undefined,
  limit: number,
): Promise<SettlementEntry[]> {
  return tx.use(settlementRepository).pageOfPeriod(period, after, limit);
}

/** The settlements of these orders, oldest first. */
export function settlementsOfOrders(tx: Transaction, orderIds: readonly string[]): Promise<SettlementEntry[]> {
  return tx.use(settlementRepository).ofOrders(orderIds);
}

/** Up to `limit` movements of money that went out in the period, or came back, after the position. */
export function outMovementsOfPeriod(
  tx: Transaction,
  period: Period,
  after: OutPosition | undefined,
  limit: number,
): Promise<OutMovement[]> {
  return tx.use(payoutEntryRepository).pageOfPeriod(period, after, limit);
}

/** What was given back of these orders, each part with its time. */
export function refundedOfOrders(tx: Transaction, orderIds: readonly string[]) {
  return tx.use(payoutEntryRepository).ofOrders(orderIds);
}
