import type { Transaction } from '#platform/database/store.ts';
import type { ReadMetrics } from '#platform/module.ts';
import { accountRepository } from './store/accounts.ts';
import { orderRepository } from './store/orders.ts';
import { paymentRepository } from './store/payments.ts';
import { ORDER_STATUSES, type OrderStatus } from './store/tables.ts';

/**
 * The share of time that counting orders may take: counting a million takes 80 ms, during which nothing else runs. The
 * orders of such a shop are counted every 80 s, those of a small one whenever the metrics are read.
 */
const MAX_COUNTING_SHARE = 1 / 1000;

/** Creates the reader of the metrics of orders and money. */
export function engineMetrics(): ReadMetrics {
  let counted: { orders: ReadonlyMap<OrderStatus, number>; until: number } | undefined;

  const countOrders = async (tx: Transaction): Promise<ReadonlyMap<OrderStatus, number>> => {
    const startedAt = performance.now();
    if (counted !== undefined && startedAt < counted.until) return counted.orders;
    const orders = new Map<OrderStatus, number>();
    for (const status of ORDER_STATUSES) orders.set(status, await tx.use(orderRepository).countInState(status));
    const endedAt = performance.now();
    counted = { orders, until: endedAt + (endedAt - startedAt) / MAX_COUNTING_SHARE };
    return orders;
  };

  return async (tx) => [
    {
      name: 'tpg_orders',
      help: 'Orders by state.',
      labels: ['status'],
      samples: [...(await countOrders(tx))].map(([status, value]) => ({ labels: { status }, value })),
    },
    {
      name: 'tpg_unmatched_credit_microtari',
      help: 'Confirmed money of all accounts that is not spent on orders, in µT. Rounded above 2^53.',
      samples: [{ value: Number(await tx.use(accountRepository).totalCredit()) }],
    },
    {
      name: 'tpg_late_payments',
      help: 'Payments that came too late for their orders and are not used up; see /api/held.',
      samples: [{ value: await tx.use(paymentRepository).countLate() }],
    },
  ];
}
