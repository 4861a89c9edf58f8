/** Tables for spreadsheets (RFC 4180): commas, CRLF, and quotation marks where a text needs them. */

/** Such a beginning makes a spreadsheet take a text for a formula, and texts of orders are written by strangers. */
const FORMULA = /^[\s]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/;
/** Texts of these alone need no quotation marks, whatever separates cells. */
const SIMPLE = /^[\w .:/#-]*$/;

const DECIMAL = /^-?\d+(?:\.\d+)?$/;

/** What a cell can hold. A decimal stands in an object, because a text that begins with a minus may be a formula. */
export type CsvValue = string | bigint | { decimal: string } | null | undefined;

/** A cell; a number is written as it is, a text can do nothing. */
export function csvCell(value: CsvValue): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'object') return DECIMAL.test(value.decimal) ? value.decimal : csvCell(value.decimal);
  const harmless = FORMULA.test(value) ? `'${value}` : value;
  return SIMPLE.test(harmless) ? harmless : `"${harmless.replaceAll('"', '""')}"`;
}

/** The lines of a table, without the line feed that ends each. */
export function csvLines(rows: readonly (readonly CsvValue[])[]): string[] {
  return rows.map((cells) => `${cells.map(csvCell).join(',')}\r`);
}
