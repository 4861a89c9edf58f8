import { expect } from 'vitest';
import type { AuditReport } from '#engine/reconciliation.ts';
import { periodOf } from '#support/reports/periods.ts';
import type { ReportsService } from '#support/reports/service.ts';
import { addSums, type MovementSum, type OrderSum } from '#support/reports/sums.ts';

/** All that ever was. */
export const ALL_TIME = periodOf({ from: '2000-01-01', to: '2999-12-31' }, 'UTC');

export interface AllSums {
  orders: OrderSum[];
  movements: MovementSum[];
}

/** The sums of both reports over all time. */
export async function sumsOfAll(reports: ReportsService, currency: string | undefined): Promise<AllSums> {
  const request = { period: ALL_TIME, currency };
  let orders = await reports.sumOfOrders(request, undefined);
  let movements = await reports.sumOfMovements(request, undefined);
  const sums = { orders: orders.sums, movements: movements.sums };
  while (orders.next !== undefined) {
    orders = await reports.sumOfOrders(request, orders.next);
    sums.orders = addSums(sums.orders, orders.sums);
  }
  while (movements.next !== undefined) {
    movements = await reports.sumOfMovements(request, movements.next);
    sums.movements = addSums(sums.movements, movements.sums);
  }
  return sums;
}

/** The sums of the reports are the totals of the audit, which it computes from the journals in another way. */
export function expectSameTotals({ orders, movements }: AllSums, audit: AuditReport, debt = 0n): void {
  const { money } = audit;
  const of = (kind: string) => movements.find(({ group }) => group === kind)?.amounts.amount ?? 0n;
  const ofOrders = (column: string) => orders.reduce((total, { amounts }) => total + (amounts[column] ?? 0n), 0n);
  expect(orders.reduce((total, { lines }) => total + lines, 0)).toBe(audit.orders);
  expect(of('settlement')).toBe(ofOrders('paid'));
  // What paid orders and was neither given back nor swept.
  expect(ofOrders('kept') + of('sweep')).toBe(money.settled);
  expect(of('refund') + of('sweep')).toBe(-money.paidOut);
  expect(of('unconfirmed')).toBe(money.unconfirmed);
  const free = money.order + money.customer + money.account + money.nobody;
  expect(of('payment') + of('credit')).toBe(money.settled + free + money.paidOut - debt);
}
