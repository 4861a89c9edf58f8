import { csvLines } from '#platform/csv.ts';
import type { CsvAnswer } from './page.ts';

/** A mark at the start, without which spreadsheets take the text for another encoding. */
const BYTE_ORDER_MARK = '\ufeff';

/** The file of a table. Its texts can do nothing in a spreadsheet, whoever wrote them. */
export function csvFile({ csv, rows }: CsvAnswer): { name: string; text: string } {
  const name = csv.replace(/[^a-z0-9-]+/gi, '-').slice(0, MAX_NAME_LENGTH);
  return { name: `${name}.csv`, text: `${BYTE_ORDER_MARK}${csvLines(rows).join('\n')}\n` };
}

const MAX_NAME_LENGTH = 80;
