import type { Order, OrderPosition } from '../store/orders.ts';
import type { SettlementEntry } from '../store/settlements.ts';
import type { MicroTari } from '../tari/micro-tari.ts';
import type { Ledger, Owner } from './ledger.ts';
import { planFromAllAccounts, planFromOneAccount } from './matching.ts';
import { isOpen } from './order-states.ts';

/** What paying came to. */
export interface Settled {
  ordersPaid: Order[];
  settlements: SettlementEntry[];
}

/** Orders that are looked at in one go; as long as all of them are paid, the next ones follow. */
const ORDERS_AT_ONCE = 100;

/**
 * Pays the open orders of the customers that an account is linked to, from that account alone: oldest first, each in
 * full, stopping at the first it can't cover. An Unclaimed order is claimed for the account that pays it.
 */
export async function payOpenOrders(ledger: Ledger, owner: Owner): Promise<Settled> {
  const settled: Settled = { ordersPaid: [], settlements: [] };
  for (;;) {
    const available = await ledger.creditOf(owner.account);
    if (available === 0n) return settled;
    const orders = await ledger.tx.orders.openForAccount(owner.account, ORDERS_AT_ONCE);
    const plans = planFromOneAccount(
      { account: owner.account, available },
      orders.map((order) => ({ orderId: order.orderId, price: order.totalPrice })),
    );
    for (const [index, plan] of plans.entries()) {
      const order = orders[index] as Order;
      const claimed = order.status === 'Unclaimed' ? await ledger.claimOrder(order, owner) : order;
      const paid = await ledger.payOrder(claimed, plan);
      settled.ordersPaid.push(paid.order);
      settled.settlements.push(...paid.settlements);
    }
    if (plans.length < ORDERS_AT_ONCE) return settled;
  }
}

/** Pays a New order from one account if that covers the whole price. Answers the order as it is then. */
export async function tryToPay(ledger: Ledger, order: Order, owner: Owner): Promise<Order> {
  const available = await ledger.creditOf(owner.account);
  const [plan] = planFromOneAccount({ account: owner.account, available }, [
    { orderId: order.orderId, price: order.totalPrice },
  ]);
  return plan === undefined ? order : (await ledger.payOrder(order, plan)).order;
}

/** Orders that one change looks at. Far more than any customer has open: they expire. */
const MOST_ORDERS = 10_000;

const ORDERS_OF_A_PAGE = 1000;

/** Tries to pay each of the open orders that are read, a page at a time, over all accounts of its customer. */
export async function payAllFromAllAccounts(
  ledger: Ledger,
  read: (after: OrderPosition | undefined, limit: number) => Promise<Order[]>,
): Promise<Settled> {
  const settled: Settled = { ordersPaid: [], settlements: [] };
  let after: OrderPosition | undefined;
  for (let looked = 0; looked < MOST_ORDERS; looked += ORDERS_OF_A_PAGE) {
    const orders = await read(after, ORDERS_OF_A_PAGE);
    const { ordersPaid, settlements } = await payFromAllAccounts(ledger, orders);
    settled.ordersPaid.push(...ordersPaid);
    settled.settlements.push(...settlements);
    after = orders.at(-1);
    if (orders.length < ORDERS_OF_A_PAGE) break;
  }
  return settled;
}

/**
 * Tries to pay each of the open orders by itself over all accounts of its customer: from the largest balance alone
 * where that covers it, else from several. An Unclaimed order is claimed for the account that pays the most of it.
 */
export async function payFromAllAccounts(ledger: Ledger, orders: readonly Order[]): Promise<Settled> {
  const settled: Settled = { ordersPaid: [], settlements: [] };
  for (const order of orders) {
    if (!isOpen(order.status)) continue;
    const accounts = await ledger.tx.accounts.ofCustomer(order.customerId);
    const plan = planFromAllAccounts(
      accounts.map(({ account, totalConfirmed, totalPaid }) => ({
        account,
        available: (totalConfirmed - totalPaid) as MicroTari,
      })),
      { orderId: order.orderId, price: order.totalPrice },
    );
    const payer = accounts.find(({ account }) => account === (plan?.parts[0]?.account ?? account));
    if (plan === undefined) continue;
    const claimed = order.status === 'Unclaimed' ? payer && (await ledger.claimOrder(order, payer)) : order;
    // An order that costs nothing, of a customer for whom nobody is known yet who could claim it.
    if (claimed === undefined) continue;
    const paid = await ledger.payOrder(claimed, plan);
    settled.ordersPaid.push(paid.order);
    settled.settlements.push(...paid.settlements);
  }
  return settled;
}
