import * as z from 'zod';
import { type Html, type HtmlValue, html } from '#platform/http/html.ts';
import { MAX_I64 } from '#tari/integer-bounds.ts';
import type { Visit } from './page.ts';
import { pager } from './templates/table.ts';

/** What all lists have in common: their filters are in the address, and the next page begins where this one ends. */

/** More rows than a person reads, and few enough for one file. */
export const MAX_CSV_ROWS = 10_000;

/** Of a row that the database numbered. */
export const rowNumber = z
  .string()
  .regex(/^\d{1,19}$/, 'must be a whole number')
  .transform(BigInt)
  .refine((id) => id <= MAX_I64, 'must be a whole number');

export const csvFormat = z.literal('csv').optional();

/** The filters as they were typed, without the place in the list. */
export function filtersOf({ search }: Pick<Visit, 'search'>): Record<string, string> {
  const {
    after: _after,
    format: _format,
    ...rest
  } = Object.fromEntries([...search].filter(([, value]) => value !== ''));
  return rest;
}

type Place = Pick<Visit, 'search' | 'link' | 'path'>;

/** The links between the pages of a list. @param next where the next page begins; undefined if there is none. */
export function pagesOf(visit: Place, next: string | bigint | undefined): Html | false {
  const filters = filtersOf(visit);
  return pager({
    first: visit.search.has('after') ? visit.link(visit.path, filters) : undefined,
    next: next === undefined ? undefined : visit.link(visit.path, { ...filters, after: next }),
  });
}

/** The heading of a list, with the link to its file and what else there is to do. */
export function listHead(
  visit: Place,
  title: string,
  { csv = true, more }: { csv?: boolean; more?: HtmlValue } = {},
): Html {
  const file =
    csv && html`<a class="button" href="${visit.link(visit.path, { ...filtersOf(visit), format: 'csv' })}">CSV</a>`;
  return html`<div class="head"><h1>${title}</h1><div class="end">${more}${file}</div></div>`;
}

/** Lists that are one click away; the present one is marked. */
export function presets(
  visit: Place,
  choices: readonly (readonly [label: HtmlValue, query: Readonly<Record<string, string>>])[],
  label = 'Presets',
): Html {
  const now = new URLSearchParams(filtersOf(visit));
  now.sort();
  const links = choices.map(([text, query]) => {
    const own = new URLSearchParams(query);
    own.sort();
    const isCurrent = own.toString() === now.toString();
    return html`<li><a href="${visit.link(visit.path, query)}"${isCurrent && html` aria-current="true"`}>${text}</a></li>`;
  });
  return html`<nav aria-label="${label}"><ul class="presets">${links}</ul></nav>`;
}

/** A field of a filter, with what was typed. */
export function filterField(
  visit: Place,
  name: string,
  label: string,
  options: { maxLength?: number; placeholder?: string } = {},
): Html {
  const { maxLength = 300, placeholder = '' } = options;
  return html`<label>${label}<input name="${name}" maxlength="${maxLength}" placeholder="${placeholder}" value="${filtersOf(visit)[name]}" autocomplete="off" spellcheck="false"></label>`;
}

/** A choice of a filter; the first is none. */
export function filterChoice(
  visit: Place,
  name: string,
  label: string,
  choices: readonly (readonly [value: string, text: string])[],
): Html {
  const chosen = filtersOf(visit)[name] ?? '';
  return html`<label>${label}<select name="${name}">${choices.map(
    ([value, text]) => html`<option value="${value}"${value === chosen && html` selected`}>${text}</option>`,
  )}</select></label>`;
}

/** Filters take effect without a script, too. */
export function filterForm(visit: Place, fields: HtmlValue): Html {
  return html`<form class="card fields" action="${visit.link(visit.path)}" method="get" data-auto>${fields}<button>Filter</button></form>`;
}
