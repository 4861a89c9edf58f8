import type { AccountId } from '../tari/address.ts';
import { type MicroTari, sumMicroTari } from '../tari/micro-tari.ts';

/** How money meets orders (`http-api.md` 3), as pure functions over balances and prices. */

/** The credit of one account that may be spent, in µT. */
export interface Credit {
  account: AccountId;
  available: MicroTari;
}

/** An order that can be paid. */
export interface PayableOrder {
  orderId: string;
  /** What paying it takes, in µT. */
  price: MicroTari;
}

/** How one order is to be paid: in full, by one account or by several. */
export interface SettlementPlan {
  orderId: string;
  settlementType: 'single' | 'multiple';
  /** Each account at most once, each amount above 0; together exactly the order's price. */
  parts: readonly { account: AccountId; amount: MicroTari }[];
}

/** Pays orders from one account alone, in the order given, each in full, stopping at the first it can't cover. */
export function planFromOneAccount(credit: Credit, orders: readonly PayableOrder[]): SettlementPlan[] {
  const plans: SettlementPlan[] = [];
  let available: bigint = credit.available;
  for (const order of orders) {
    if (order.price > available) break;
    available -= order.price;
    plans.push(singlePlan(order, credit.account));
  }
  return plans;
}

/**
 * Pays one order from all accounts of its customer: from the largest balance alone where that covers it, else from
 * several, largest first. Answers undefined where all of them together can't cover it.
 */
export function planFromAllAccounts(credits: readonly Credit[], order: PayableOrder): SettlementPlan | undefined {
  const largestFirst = credits
    .filter((credit) => credit.available > 0n)
    .sort((a, b) => (a.available === b.available ? 0 : a.available > b.available ? -1 : 1));
  if (sumMicroTari(largestFirst.map((credit) => credit.available)) < order.price) return undefined;
  const [largest] = largestFirst;
  if (order.price === 0n || largest === undefined)
    return { orderId: order.orderId, settlementType: 'single', parts: [] };
  if (largest.available >= order.price) return singlePlan(order, largest.account);
  const parts: { account: AccountId; amount: MicroTari }[] = [];
  let due: bigint = order.price;
  for (const credit of largestFirst) {
    if (due === 0n) break;
    const amount = (credit.available < due ? credit.available : due) as MicroTari;
    parts.push({ account: credit.account, amount });
    due -= amount;
  }
  return { orderId: order.orderId, settlementType: 'multiple', parts };
}

/** An order that costs nothing is paid without an entry: the journal holds amounts above 0 only. */
function singlePlan(order: PayableOrder, account: AccountId): SettlementPlan {
  const parts = order.price === 0n ? [] : [{ account, amount: order.price }];
  return { orderId: order.orderId, settlementType: 'single', parts };
}
