import * as z from 'zod';
import { nullableText, whole } from '#platform/cli/answers.ts';

/** What the server answers about reports. */

export const orderLine = z.looseObject({
  order_id: z.string(),
  name: nullableText,
  customer_id: z.string(),
  created_at: z.string(),
  status: z.string(),
  price: whole,
  paid: whole,
  paid_at: nullableText,
  refunded: whole,
  kept: whole,
  kept_value: nullableText,
});

export const movementLine = z.looseObject({
  time: z.string(),
  kind: z.string(),
  id: z.string(),
  order_id: nullableText,
  address: nullableText,
  amount: whole,
  value: nullableText,
  memo: nullableText,
});

const about = {
  period: z.looseObject({ from: z.string(), to: z.string(), time_zone: z.string() }),
  currency: nullableText,
};

const counted = { lines: whole, without_value: whole };

export const orderReport = z.looseObject({ ...about, lines: z.array(orderLine) });
export const movementReport = z.looseObject({ ...about, lines: z.array(movementLine) });
export const orderTotal = z.looseObject({
  status: z.string(),
  ...counted,
  price: whole,
  paid: whole,
  refunded: whole,
  kept: whole,
  kept_value: nullableText,
});
export const movementTotal = z.looseObject({ kind: z.string(), ...counted, amount: whole, value: nullableText });
export const orderTotals = z.looseObject({ ...about, totals: z.array(orderTotal) });
export const movementTotals = z.looseObject({ ...about, totals: z.array(movementTotal) });

export type OrderReportAnswer = z.output<typeof orderReport>;
export type MovementReportAnswer = z.output<typeof movementReport>;
export type OrderTotalsAnswer = z.output<typeof orderTotals>;
export type MovementTotalsAnswer = z.output<typeof movementTotals>;
