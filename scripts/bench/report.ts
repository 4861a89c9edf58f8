import type { Measurement } from './side-by-side.ts';

export interface Row extends Measurement {
  name: string;
  /** Of the bare route: the step that it is the limit of. */
  limitOf?: string;
  /** `empty`, or how many orders, payments and settlements were there before. */
  database: string;
  /** Resident when the row was done. */
  memoryMb: number;
}

const COLUMNS =
  '| | database | requests/s | of the bare route | of the empty database | p50 ms | p99 ms | memory MB |\n| --- | --- | --- | --- | --- | --- | --- | --- |';

/** The rows as a table in Markdown, each beside its limit of the same run and beside the same row of the empty database. */
export function tableOf(rows: readonly Row[]): string {
  return [COLUMNS, ...rows.map((row) => line(row, limitOf(row, rows), rows))].join('\n');
}

/** How many requests the bare route takes: the one that sends the same text, or that of the webhook. */
function limitOf({ name }: Row, rows: readonly Row[]): number {
  return (rows.find((row) => row.limitOf === name) ?? rows[0])?.requestsPerSecond ?? Number.NaN;
}

function line(row: Row, limit: number, rows: readonly Row[]): string {
  const empty = rows.find((other) => other !== row && other.name === row.name && other.database === 'empty');
  const cells = [
    row.name,
    row.database,
    row.requestsPerSecond.toFixed(0),
    (row.requestsPerSecond / limit).toFixed(2),
    empty === undefined ? '' : (row.requestsPerSecond / empty.requestsPerSecond).toFixed(2),
    row.p50Ms,
    row.p99Ms,
    row.memoryMb,
  ];
  return `| ${cells.join(' | ')} |`;
}
