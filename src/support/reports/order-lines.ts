import { ordersOfPeriod, refundedOfOrders, settlementsOfOrders } from '#engine/money/period-lists.ts';
import type { Order, OrderPosition } from '#engine/store/orders.ts';
import type { Transaction } from '#platform/database/store.ts';
import type { Page } from '#platform/paging.ts';
import { ratesAt } from '#rates/past-rates.ts';
import type { OrderLine } from './lines.ts';
import type { ReportPeriod } from './periods.ts';
import { valueAtRate, valueText } from './value.ts';

/** Money that was paid or given back for an order, at a time. */
interface Part {
  orderId: string;
  amount: bigint;
  time: Date;
}

/** A page of the report with one line per order that came in the period. */
export async function orderLines(
  tx: Transaction,
  { period, currency }: { period: ReportPeriod; currency: string | undefined },
  after: OrderPosition | undefined,
  limit: number,
): Promise<Page<OrderLine, OrderPosition>> {
  const orders = await ordersOfPeriod(tx, period, after, limit + 1);
  const shown = orders.slice(0, limit);
  const ids = shown.map(({ orderId }) => orderId);
  const paid = (await settlementsOfOrders(tx, ids)).map(({ orderId, amount, createdAt }) => ({
    orderId,
    amount,
    time: createdAt,
  }));
  const paidOf = await sumsByOrder(tx, currency, paid);
  const refunded = (await refundedOfOrders(tx, ids)).map(({ orderId, amount, createdAt }) => ({
    orderId,
    amount: -amount,
    time: createdAt,
  }));
  const refundedOf = await sumsByOrder(tx, currency, refunded);
  const last = shown.at(-1);
  return {
    rows: shown.map((order) => lineOf(order, currency, paidOf(order.orderId), refundedOf(order.orderId))),
    next: orders.length > limit && last ? { createdAt: last.createdAt, id: last.id } : undefined,
  };
}

interface Sum {
  amount: bigint;
  lastAt: Date | undefined;
  /** In the smallest unit of the currency; undefined if a rate is not known. */
  value: bigint | undefined;
}

/** What parts are together for each order, each part by the rate of its time. */
async function sumsByOrder(
  tx: Transaction,
  currency: string | undefined,
  parts: readonly Part[],
): Promise<(orderId: string) => Sum> {
  const nothing: Sum = { amount: 0n, lastAt: undefined, value: currency === undefined ? undefined : 0n };
  const times = parts.map(({ time }) => time);
  const rates = currency === undefined ? [] : await ratesAt(tx, currency, times);
  const sums = new Map<string, Sum>();
  for (const [index, { orderId, amount, time }] of parts.entries()) {
    const { value, ...sum } = sums.get(orderId) ?? nothing;
    const rate = rates[index];
    const isKnown = currency !== undefined && rate !== undefined && value !== undefined;
    sums.set(orderId, {
      amount: sum.amount + amount,
      lastAt: sum.lastAt !== undefined && sum.lastAt > time ? sum.lastAt : time,
      value: isKnown ? value + valueAtRate(amount, rate, currency) : undefined,
    });
  }
  return (orderId) => sums.get(orderId) ?? nothing;
}

function lineOf(order: Order, currency: string | undefined, paid: Sum, refunded: Sum): OrderLine {
  const shown = (value: bigint | undefined) =>
    value === undefined || currency === undefined ? null : valueText(value, currency);
  const isKnown = paid.value !== undefined && refunded.value !== undefined;
  return {
    order_id: order.orderId,
    name: order.altId,
    customer_id: order.customerId,
    created_at: order.createdAt.toISOString(),
    status: order.status,
    currency: order.currency,
    original_price: order.originalPrice,
    exchange_rate: order.exchangeRate,
    price: order.totalPrice,
    paid: paid.amount,
    paid_at: paid.lastAt?.toISOString() ?? null,
    refunded: refunded.amount,
    refunded_at: refunded.lastAt?.toISOString() ?? null,
    kept: paid.amount + refunded.amount,
    paid_value: shown(paid.value),
    refunded_value: shown(refunded.value),
    kept_value: shown(isKnown ? (paid.value ?? 0n) + (refunded.value ?? 0n) : undefined),
  };
}
