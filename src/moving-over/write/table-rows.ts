/** A column of a row: SQLite’s integer, text or NULL. */
export type Column = bigint | string | null;

/** What is written into one table: the rows of a statement over the scratch tables and the old database, or rows as they are. */
export type TableRows = SelectedRows | GivenRows;

export interface SelectedRows {
  table: string;
  columns: readonly string[];
  /** Selects the columns by their names, as they are written. */
  select: string;
  /** What is shown meanwhile, and how many rows there are about. */
  stage?: { words: string; total: number };
}

export interface GivenRows {
  table: string;
  columns: readonly string[];
  rows: Iterable<readonly Column[]>;
}
