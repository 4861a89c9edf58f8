/** Tables for spreadsheets (RFC 4180): commas, CRLF, and quotation marks where a text needs them. */

/** Such a beginning makes a spreadsheet take a text for a formula, and texts of orders are written by strangers. */
const FORMULA = /^[\s]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/;
/** Texts of these alone need no quotation marks, whatever separates cells. */
const SIMPLE = /^[\w .:/#-]*$/;

/** A cell; an amount or another whole number is written as it is, a text can do nothing. */
export function csvCell(value: string | bigint | null | undefined): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'bigint') return String(value);
  const harmless = FORMULA.test(value) ? `'${value}` : value;
  return SIMPLE.test(harmless) ? harmless : `"${harmless.replaceAll('"', '""')}"`;
}

/** The lines of a table, without the line feed that ends each. */
export function csvLines(rows: readonly (readonly (string | bigint | null | undefined)[])[]): string[] {
  return rows.map((cells) => `${cells.map(csvCell).join(',')}\r`);
}
