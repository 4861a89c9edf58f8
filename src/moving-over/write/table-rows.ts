import type { Column } from './target.ts';

/** What is written into one table. */
export interface TableRows {
  table: string;
  columns: readonly string[];
  rows: Iterable<readonly Column[]>;
}

export function* mapped<Row>(rows: Iterable<Row>, map: (row: Row) => readonly Column[]): Generator<readonly Column[]> {
  for (const row of rows) yield map(row);
}
