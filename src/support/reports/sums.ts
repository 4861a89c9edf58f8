import type { MovementKind, MovementLine, OrderLine } from './lines.ts';

/** The sums of reports. Values are summed as they stand in the lines, so that a spreadsheet comes to the same. */

/** The sum of some lines: amounts in µT by column, values in the smallest unit of the report's currency by column. */
export interface Sum<Group extends string> {
  group: Group;
  lines: number;
  amounts: Record<string, bigint>;
  values: Record<string, bigint>;
  /** How many lines have no value, because the rate of their time is not known. */
  withoutValue: number;
}

export type OrderSum = Sum<OrderLine['status']>;
export type MovementSum = Sum<MovementKind>;

/** Orders by their state. */
export function sumOrders(lines: readonly OrderLine[]): OrderSum[] {
  return summed(lines, ({ status, price, paid, refunded, kept, paid_value, refunded_value, kept_value }) => ({
    group: status,
    amounts: { price, paid, refunded, kept },
    values: { paid_value, refunded_value, kept_value },
  }));
}

/** Movements by their kind. */
export function sumMovements(lines: readonly MovementLine[]): MovementSum[] {
  return summed(lines, ({ kind, amount, value }) => ({ group: kind, amounts: { amount }, values: { value } }));
}

/** The sums of two parts of a report. */
export function addSums<Group extends string>(some: readonly Sum<Group>[], more: readonly Sum<Group>[]): Sum<Group>[] {
  const sums = new Map(some.map((sum) => [sum.group, sum]));
  for (const sum of more) {
    const known = sums.get(sum.group);
    sums.set(sum.group, known === undefined ? sum : both(known, sum));
  }
  return [...sums.values()];
}

interface Summand<Group> {
  group: Group;
  amounts: Record<string, bigint>;
  values: Record<string, string | null>;
}

function summed<Line, Group extends string>(
  lines: readonly Line[],
  summandOf: (line: Line) => Summand<Group>,
): Sum<Group>[] {
  const sums = new Map<Group, Sum<Group>>();
  for (const line of lines) {
    const { group, amounts, values } = summandOf(line);
    const isUnknown = Object.values(values).some((value) => value === null);
    const sum: Sum<Group> = { group, lines: 1, amounts, values: unitsOf(values), withoutValue: isUnknown ? 1 : 0 };
    const known = sums.get(group);
    sums.set(group, known === undefined ? sum : both(known, sum));
  }
  return [...sums.values()];
}

/** The values without their point: all of a report have as many decimals. */
function unitsOf(values: Record<string, string | null>): Record<string, bigint> {
  return Object.fromEntries(
    Object.entries(values).map(([column, value]) => [column, value === null ? 0n : BigInt(value.replace('.', ''))]),
  );
}

function both<Group extends string>(one: Sum<Group>, other: Sum<Group>): Sum<Group> {
  const add = (some: Record<string, bigint>, more: Record<string, bigint>) =>
    Object.fromEntries(Object.entries(some).map(([column, value]) => [column, value + (more[column] ?? 0n)]));
  return {
    group: one.group,
    lines: one.lines + other.lines,
    amounts: add(one.amounts, other.amounts),
    values: add(one.values, other.values),
    withoutValue: one.withoutValue + other.withoutValue,
  };
}
