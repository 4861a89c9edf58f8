import type { Transaction } from '#platform/database/store.ts';
import type { AccountId } from '#tari/address.ts';
import type { Order } from './store/orders.ts';
import { settlementRepository } from './store/settlements.ts';

/**
 * The orders as the owner of an account may see them: the customer's note on an order is visible only to the shop and to
 * the account that paid most of it. Claiming an order does not reveal it, nor does sending 1 µT for it.
 */
export async function withOwnNotes(tx: Transaction, orders: readonly Order[], account: AccountId): Promise<Order[]> {
  const noted = orders.filter((order) => order.memo !== null && order.status === 'Paid');
  const paid = await tx.use(settlementRepository).paidParts(
    noted.map((order) => order.orderId),
    account,
  );
  return orders.map((order) => {
    const isPayer = 2n * (paid.get(order.orderId) ?? 0n) > order.totalPrice;
    return isPayer ? order : { ...order, memo: null };
  });
}
