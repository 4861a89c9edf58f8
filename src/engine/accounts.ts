import type { Account } from '../store/accounts.ts';
import type { OrderTotals } from '../store/customers.ts';
import type { Order } from '../store/orders.ts';
import type { Payment } from '../store/payments.ts';
import type { SettlementEntry } from '../store/settlements.ts';
import { accountOf, addressToBase58, type TariAddress } from '../tari/address.ts';
import type { EngineContext } from './context.ts';
import { findOrderOrNone } from './orders.ts';

/** All that concerns one owner of Tari. `account` is undefined for an address that we have never seen. */
export interface AccountHistory {
  /** As it was asked for, in base58. */
  address: string;
  account: Account | undefined;
  orders: Order[];
  payments: Payment[];
  settlements: SettlementEntry[];
}

export interface CustomerHistory {
  customerId: string;
  accounts: Account[];
  totals: OrderTotals | undefined;
  orders: Order[];
  settlements: SettlementEntry[];
}

export type Accounts = ReturnType<typeof accounts>;

/** What can be looked up of balances and histories. Each answer is one picture of what is committed. */
export function accounts({ store, settings }: EngineContext) {
  return {
    balance: (address: TariAddress): Promise<Account | undefined> =>
      store.read((tx) => tx.accounts.find(accountOf(address))),

    history: (address: TariAddress): Promise<AccountHistory> =>
      store.read(async (tx) => {
        const account = accountOf(address);
        return {
          address: addressToBase58(address),
          account: await tx.accounts.find(account),
          orders: await tx.orders.ofAccount(account),
          payments: await tx.payments.ofAccount(account),
          settlements: await tx.settlements.ofAccount(account),
        };
      }),

    customerHistory: (customerId: string): Promise<CustomerHistory> =>
      store.read(async (tx) => ({
        customerId,
        accounts: await tx.accounts.ofCustomer(customerId),
        totals: await tx.customers.totals(customerId),
        orders: await tx.orders.ofCustomer(customerId),
        settlements: await tx.settlements.ofCustomer(customerId),
      })),

    /** Any order, by its order id or by the shop's other name for it. */
    anyOrder: (orderId: string): Promise<Order | undefined> => store.read((tx) => findOrderOrNone(tx, orderId, false)),

    /** An order that the address claimed or paid; others are as if they did not exist. */
    ownOrder: (address: TariAddress, orderId: string): Promise<Order | undefined> =>
      store.read(async (tx) => {
        const account = accountOf(address);
        const order = await findOrderOrNone(tx, orderId, settings.strictMode);
        if (order === undefined) return undefined;
        const isOwn = order.claimedBy === account || (await tx.settlements.paidBy(order.orderId, account));
        return isOwn ? order : undefined;
      }),
  };
}
