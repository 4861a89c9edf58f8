import { type CsvValue, csvLines } from '#platform/csv.ts';
import type { MovementLine, OrderLine } from './lines.ts';

/** Reports as tables for spreadsheets: whole µT, decimals of the currency, times in UTC. */

export interface CsvColumn<Line> {
  title: string;
  of: (line: Line) => CsvValue;
}

function decimal(value: string | null): CsvValue {
  return value === null ? null : { decimal: value };
}

export const ORDER_COLUMNS: readonly CsvColumn<OrderLine>[] = [
  { title: 'order_id', of: (line) => line.order_id },
  { title: 'name', of: (line) => line.name },
  { title: 'customer_id', of: (line) => line.customer_id },
  { title: 'created_at', of: (line) => line.created_at },
  { title: 'status', of: (line) => line.status },
  { title: 'currency', of: (line) => line.currency },
  { title: 'original_price', of: (line) => decimal(line.original_price) },
  { title: 'exchange_rate_uT', of: (line) => line.exchange_rate },
  { title: 'price_uT', of: (line) => line.price },
  { title: 'paid_uT', of: (line) => line.paid },
  { title: 'paid_at', of: (line) => line.paid_at },
  { title: 'refunded_uT', of: (line) => line.refunded },
  { title: 'refunded_at', of: (line) => line.refunded_at },
  { title: 'kept_uT', of: (line) => line.kept },
  { title: 'paid_value', of: (line) => decimal(line.paid_value) },
  { title: 'refunded_value', of: (line) => decimal(line.refunded_value) },
  { title: 'kept_value', of: (line) => decimal(line.kept_value) },
];

export const MOVEMENT_COLUMNS: readonly CsvColumn<MovementLine>[] = [
  { title: 'time', of: (line) => line.time },
  { title: 'kind', of: (line) => line.kind },
  { title: 'id', of: (line) => line.id },
  { title: 'order_id', of: (line) => line.order_id },
  { title: 'address', of: (line) => line.address },
  { title: 'amount_uT', of: (line) => line.amount },
  { title: 'rate_uT', of: (line) => line.rate },
  { title: 'value', of: (line) => decimal(line.value) },
  { title: 'memo', of: (line) => line.memo },
];

/** A mark at the start, without which spreadsheets take the text for another encoding. */
const BYTE_ORDER_MARK = '\ufeff';

/** The first line. The currency of the report stands in a column of its own. */
export function csvHeader<Line>(columns: readonly CsvColumn<Line>[]): string {
  return BYTE_ORDER_MARK + text([[...columns.map(({ title }) => title), VALUE_CURRENCY]]);
}

export function csvText<Line>(
  columns: readonly CsvColumn<Line>[],
  lines: readonly Line[],
  currency: string | undefined,
): string {
  return text(lines.map((line) => [...columns.map(({ of }) => of(line)), currency]));
}

const VALUE_CURRENCY = 'value_currency';

function text(rows: readonly (readonly CsvValue[])[]): string {
  return csvLines(rows)
    .map((line) => `${line}\n`)
    .join('');
}
