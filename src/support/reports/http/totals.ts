import { addSums, type Sum } from '#support/reports/sums.ts';
import { valueText } from '#support/reports/value.ts';

interface SummedPart<Group extends string, Position> {
  sums: Sum<Group>[];
  next: Position | undefined;
}

/** Adds up a report part by part. @param isWanted asked before each part: nothing is summed for a client that has left. */
export async function totalOf<Group extends string, Position>(
  sumOfPart: (after: Position | undefined) => Promise<SummedPart<Group, Position>>,
  isWanted: () => boolean,
): Promise<Sum<Group>[]> {
  let sums: Sum<Group>[] = [];
  let next: Position | undefined;
  do {
    const part = await sumOfPart(next);
    sums = addSums(sums, part.sums);
    next = part.next;
  } while (next !== undefined && isWanted());
  return sums;
}

/** The values of a sum as texts; null if no line has one. */
export function valuesIn<Column extends string>(
  { values, lines, withoutValue }: Sum<string>,
  columns: readonly Column[],
  currency: string | undefined,
): Record<Column, string | null> {
  const isKnown = currency !== undefined && withoutValue < lines;
  const shown = columns.map((column) => [column, isKnown ? valueText(values[column] ?? 0n, currency) : null] as const);
  return Object.fromEntries(shown) as Record<Column, string | null>;
}
