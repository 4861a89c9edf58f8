import { type Html, type HtmlValue, html } from '#platform/http/html.ts';
import { empty } from './parts.ts';

/** Tables of lists. On a phone each row is a card, in which each cell has the name of its column. */

export interface Column<Row> {
  name: string;
  cell: (row: Row) => HtmlValue;
  /** Numbers stand at the right. */
  isNumber?: boolean;
}

export interface TableOptions {
  /** What the table holds; read out, and shown where `isCaptionShown`. */
  caption: string;
  isCaptionShown?: boolean;
  /** In place of a table without rows. */
  none: HtmlValue;
  /** Below the rows. */
  foot?: HtmlValue;
}

/** The first column names the row. */
export function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[], options: TableOptions): Html {
  if (rows.length === 0) return empty(options.none);
  const number = ({ isNumber }: Column<Row>) => (isNumber ? 'number' : '');
  const heads = columns.map((column) => html`<th scope="col" class="${number(column)}">${column.name}</th>`);
  const lines = rows.map(
    (row) =>
      html`<tr>${columns.map((column, index) =>
        index === 0
          ? html`<th scope="row">${column.cell(row)}</th>`
          : html`<td class="${number(column)}" data-name="${column.name}">${column.cell(row)}</td>`,
      )}</tr>\n`,
  );
  const captionClass = options.isCaptionShown ? '' : 'hidden';
  return html`<div class="table"><table><caption class="${captionClass}">${options.caption}</caption><thead><tr>${heads}</tr></thead>
<tbody>${lines}</tbody></table></div>${options.foot}`;
}

/** Links to the next page and back to the first. */
export function pager({ first, next }: { first?: string | undefined; next?: string | undefined }): Html | false {
  if (first === undefined && next === undefined) return false;
  return html`<nav class="pager" aria-label="Pages">${first !== undefined && html`<a href="${first}">« First page</a>`}${next !== undefined && html`<a href="${next}" rel="next">Next page »</a>`}</nav>`;
}
