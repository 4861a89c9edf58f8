import * as z from 'zod';
import { currency } from '#platform/http/fields.ts';
import { html } from '#platform/http/html.ts';
import type { SetRate } from '#rates/store/exchange-rates.ts';
import { PAGE_ROWS } from '#support/http/cursors.ts';
import { csvFormat, listHead, MAX_CSV_ROWS, pagesOf, rowNumber } from '#support/http/lists.ts';
import { definePage, type MakePages, READERS } from '#support/http/page.ts';
import { lineChart } from '#support/http/templates/chart.ts';
import { amountText, card, duration, time } from '#support/http/templates/parts.ts';
import { actorName } from '#support/http/templates/story.ts';
import { table } from '#support/http/templates/table.ts';

/** Exchange rates: those in force, and the history of each. */

const params = z.object({ currency });
const filter = z.object({ after: rowNumber.optional(), format: csvFormat });

/** Points of a chart; more are closer than pixels. */
const CHARTED = 100;

const rateText = (code: string, rate: bigint) => `1 ${code} = ${amountText(rate)} XTM`;

export const ratePages: MakePages = ({ services: { rates } }) => [
  definePage({
    path: '/rates',
    title: 'Rates',
    roles: READERS,
    async show({ link, now }) {
      const all = await rates.all();
      return html`<div class="head"><h1>Rates</h1></div>
${card(
  'In force',
  table(
    all,
    [
      { name: 'Currency', cell: (rate) => html`<a href="${link(`/rates/${rate.currency}`)}">${rate.currency}</a>` },
      { name: 'Rate', cell: (rate) => rateText(rate.currency, rate.rate) },
      {
        name: 'Set',
        cell: (rate) =>
          html`${time(rate.updatedAt)} <small>${duration(now.getTime() - rate.updatedAt.getTime())} ago</small>`,
      },
    ],
    { caption: 'Rates in force', none: 'No rate is set: orders in other currencies than XTM are refused.' },
  ),
)}<p class="soft">An order keeps the rate that was in force when it came.</p>`;
    },
  }),
  definePage<z.output<typeof params>, z.output<typeof filter>>({
    path: '/rates/:currency',
    title: 'Rates',
    roles: READERS,
    params,
    query: filter,
    async show(visit) {
      const code = visit.params.currency.toUpperCase();
      const { after, format } = visit.query;
      const page = await rates.history(code, { after, limit: format === undefined ? PAGE_ROWS : MAX_CSV_ROWS });
      if (format === 'csv') return { csv: `rates-${code}`, rows: rowsOf(page.rows) };
      const charted = page.rows.slice(0, CHARTED).reverse();
      const chart = lineChart(
        charted.map(({ rate }) => Number(rate)),
        `The rate of ${code} over the last ${charted.length} times that it was set`,
      );
      const content = html`${listHead(visit, `Rates of ${code}`)}
${chart !== false && html`<div class="card">${chart}</div>`}
<div class="card">${table(
        page.rows,
        [
          { name: 'Set', cell: ({ updatedAt }) => time(updatedAt) },
          { name: 'Rate', cell: ({ rate }) => rateText(code, rate) },
          { name: 'By', cell: ({ actor }) => actorName(actor, visit.link) },
        ],
        { caption: `Rates of ${code}, newest first`, none: `No rate of ${code} was ever set.` },
      )}${pagesOf(visit, page.next)}</div>`;
      return { title: `Rates of ${code}`, content };
    },
  }),
];

function rowsOf(rates: readonly SetRate[]) {
  const rows = rates.map(({ currency: code, rate, updatedAt, actor }) => [code, rate, updatedAt.toISOString(), actor]);
  return [['currency', 'utari_per_unit', 'set_at', 'by'], ...rows];
}
