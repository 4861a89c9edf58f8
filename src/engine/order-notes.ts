import type { Repositories } from '#platform/database/transaction.ts';
import type { AccountId } from '#tari/address.ts';
import type { Order } from './store/orders.ts';

/**
 * The orders as the owner of an account may see them: what the customer wrote on an order is for the shop and for who paid
 * the greater part of it. To claim an order shows nothing of it, nor does 1 µT that was sent for it.
 */
export async function withOwnNotes(
  tx: Pick<Repositories, 'settlements'>,
  orders: readonly Order[],
  account: AccountId,
): Promise<Order[]> {
  const noted = orders.filter((order) => order.memo !== null && order.status === 'Paid');
  const paid = await tx.settlements.paidParts(
    noted.map((order) => order.orderId),
    account,
  );
  return orders.map((order) => {
    const isPayer = 2n * (paid.get(order.orderId) ?? 0n) > order.totalPrice;
    return isPayer ? order : { ...order, memo: null };
  });
}
