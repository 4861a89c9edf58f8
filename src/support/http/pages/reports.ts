import * as z from 'zod';
import { type Html, html } from '#platform/http/html.ts';
import { type CursorForm, cursorOf, writeCursor } from '#platform/http/pagination.ts';
import { PAGE_ROWS } from '#support/http/cursors.ts';
import { csvFormat, filterField, filterForm, filtersOf, listHead, pagesOf, presets } from '#support/http/lists.ts';
import { type AnyPage, definePage, type MakePages, READERS, type Visit } from '#support/http/page.ts';
import { amount, numberText, time } from '#support/http/templates/parts.ts';
import { type Column, table } from '#support/http/templates/table.ts';
import { type CsvColumn, MOVEMENT_COLUMNS, ORDER_COLUMNS } from '#support/reports/csv.ts';
import { csvOf } from '#support/reports/http/csv-stream.ts';
import { type Asked, askedIn } from '#support/reports/http/request.ts';
import {
  MOVEMENT_CURSOR,
  namesOnePeriod,
  ORDER_LINE_CURSOR,
  RANGE_OR_PRESET,
  reportFields,
} from '#support/reports/http/schemas.ts';
import { totalOf, valuesIn } from '#support/reports/http/totals.ts';
import type { MovementLine, OrderLine } from '#support/reports/lines.ts';
import type { Sum } from '#support/reports/sums.ts';

/** Reports: one line per order, and one line per movement of money. */

/** Sums of more lines than this are not made for a page: 100,000 take some seconds. */
const MAX_SUMMED_PARTS = 100;

const PRESET_NAMES = [
  ['Today', 'today'],
  ['Yesterday', 'yesterday'],
  ['This week', 'week'],
  ['Last week', 'last_week'],
  ['This month', 'month'],
  ['Last month', 'last_month'],
  ['All', 'all'],
] as const;

interface ReportPage<Line, Position, Group extends string> {
  path: string;
  title: string;
  name: string;
  cursor: CursorForm<Position>;
  csv: readonly CsvColumn<Line>[];
  columns: (visit: Visit, currency: string | undefined) => readonly Column<Line>[];
  /** The columns of sums: the title, and the name of the amount and of the value. */
  sums: readonly (readonly [title: string, amount: string, value: string | undefined])[];
  group: string;
  read: (
    asked: Asked,
    after: Position | undefined,
    limit?: number,
  ) => Promise<{ rows: Line[]; next: Position | undefined }>;
  sum: (asked: Asked, after: Position | undefined) => Promise<{ sums: Sum<Group>[]; next: Position | undefined }>;
}

export const reportPages: MakePages = ({ services: { reports } }) => {
  return [
    reportPage(reports, {
      path: '/reports/orders',
      title: 'Report on orders',
      name: 'orders',
      cursor: ORDER_LINE_CURSOR,
      csv: ORDER_COLUMNS,
      columns: orderColumns,
      group: 'State',
      sums: [
        ['Price', 'price', undefined],
        ['Paid', 'paid', 'paid_value'],
        ['Refunded', 'refunded', 'refunded_value'],
        ['Kept', 'kept', 'kept_value'],
      ],
      read: (asked, after, limit) => reports.orders(asked, { after, limit }),
      sum: (asked, after) => reports.sumOfOrders(asked, after),
    }),
    reportPage(reports, {
      path: '/reports/movements',
      title: 'Report on money',
      name: 'movements',
      cursor: MOVEMENT_CURSOR,
      csv: MOVEMENT_COLUMNS,
      columns: movementColumns,
      group: 'What',
      sums: [['Amount', 'amount', 'value']],
      read: (asked, after, limit) => reports.movements(asked, { after, limit }),
      sum: (asked, after) => reports.sumOfMovements(asked, after),
    }),
  ];
};

function reportPage<Line, Position, Group extends string>(
  reports: Parameters<typeof askedIn>[1],
  report: ReportPage<Line, Position, Group>,
): AnyPage {
  const query = z
    .object({
      ...reportFields,
      after: cursorOf(report.cursor).optional(),
      format: csvFormat,
      sums: z.literal('yes').optional(),
    })
    .refine(namesOnePeriod, RANGE_OR_PRESET);
  return definePage<unknown, z.output<typeof query>>({
    path: report.path,
    title: report.title,
    roles: READERS,
    query,
    async show(visit) {
      const asked = await askedIn(visit.query, reports, visit.now);
      if (visit.query.format === 'csv') {
        return csvOf({ name: report.name, asked, columns: report.csv }, (after: Position | undefined) =>
          report.read(asked, after),
        );
      }
      const { rows, next } = await report.read(asked, visit.query.after as Position | undefined, PAGE_ROWS);
      const { from, to, timeZone } = asked.period;
      const title = `${report.title}, ${from} to ${to}`;
      const content = html`${listHead(visit, report.title, { more: kindsOf(visit) })}
${periodForm(visit)}
<p class="soft">${from} to ${to}, days of ${timeZone}. ${asked.currency === undefined ? '' : `Values in ${asked.currency}, by the rates of the time when the money moved.`}</p>
${await sumsOf(visit, report, asked)}
<div class="card">${table(rows, report.columns(visit, asked.currency), {
        caption: title,
        none: 'Nothing in this period.',
      })}${pagesOf(visit, next === undefined ? undefined : writeCursor(report.cursor, next))}</div>`;
      return { title, content };
    },
  });
}

function kindsOf({ link, search }: Visit): Html {
  const kept = Object.fromEntries([...search].filter(([name]) => !['after', 'format', 'sums'].includes(name)));
  return html`<a class="button" href="${link('/reports/orders', kept)}">By order</a><a class="button" href="${link('/reports/movements', kept)}">By movement</a>`;
}

function periodForm(visit: Visit): Html {
  const { time_zone: timeZone, currency } = filtersOf(visit);
  const stays = { ...(timeZone && { time_zone: timeZone }), ...(currency && { currency }) };
  return html`${presets(
    visit,
    PRESET_NAMES.map(([label, period]) => [label, { ...stays, period }] as const),
    'Periods',
  )}${filterForm(
    visit,
    html`${filterField(visit, 'from', 'From', { maxLength: 10, placeholder: '2026-11-01' })}
${filterField(visit, 'to', 'To', { maxLength: 10, placeholder: '2026-11-30' })}
${filterField(visit, 'time_zone', 'Time zone', { maxLength: 64, placeholder: 'UTC' })}
${filterField(visit, 'currency', 'Currency', { maxLength: 10, placeholder: 'as the newest order' })}`,
  )}`;
}

/** The sums when they are asked for: they take as long as the report is. */
async function sumsOf<Line, Position, Group extends string>(
  visit: Visit<unknown, { sums?: string | undefined }>,
  report: ReportPage<Line, Position, Group>,
  asked: Asked,
): Promise<Html> {
  if (visit.query.sums === undefined) {
    return html`<p><a class="button" href="${visit.link(visit.path, { ...filtersOf(visit), sums: 'yes' })}">Sums of this period</a></p>`;
  }
  let parts = 0;
  const isWanted = () => {
    parts += 1;
    return parts < MAX_SUMMED_PARTS && !visit.request.socket.destroyed;
  };
  let isWhole = true;
  const sums = await totalOf(async (after: Position | undefined) => {
    const part = await report.sum(asked, after);
    isWhole = part.next === undefined;
    return part;
  }, isWanted);
  if (!isWhole) {
    return html`<p>There are too many lines for a page of sums. <code>taritools admin reports ${report.name === 'orders' ? 'order' : 'movement'}-totals</code> sums them.</p>`;
  }
  const columns: Column<Sum<Group>>[] = [
    { name: report.group, cell: ({ group }) => group },
    { name: 'Lines', cell: ({ lines }) => numberText(lines), isNumber: true },
    ...report.sums.flatMap(([name, column, value]): Column<Sum<Group>>[] => [
      { name, cell: ({ amounts }) => amount(amounts[column] ?? 0n), isNumber: true },
      ...(value === undefined
        ? []
        : [
            {
              name: `${name} in ${asked.currency ?? '?'}`,
              cell: (sum: Sum<Group>) => valuesIn(sum, [value], asked.currency)[value] ?? 'not known',
              isNumber: true,
            },
          ]),
    ]),
    { name: 'Without a rate', cell: ({ withoutValue }) => numberText(withoutValue), isNumber: true },
  ];
  return html`<div class="card">${table(sums, columns, { caption: 'Sums of the whole period', isCaptionShown: true, none: 'Nothing in this period.' })}</div>`;
}

function orderColumns({ link }: Visit, currency: string | undefined): Column<OrderLine>[] {
  return [
    {
      name: 'Order',
      cell: (line) =>
        html`<a href="${link(`/orders/${encodeURIComponent(line.order_id)}`)}">${line.name ?? line.order_id}</a>`,
    },
    { name: 'Came', cell: (line) => time(line.created_at) },
    { name: 'State', cell: (line) => line.status },
    { name: 'Customer', cell: (line) => line.customer_id },
    { name: 'Price', cell: (line) => amount(line.price), isNumber: true },
    { name: 'Paid', cell: (line) => amount(line.paid), isNumber: true },
    { name: 'Refunded', cell: (line) => amount(line.refunded), isNumber: true },
    { name: 'Kept', cell: (line) => amount(line.kept), isNumber: true },
    { name: currency ?? 'Value', cell: (line) => line.kept_value ?? 'not known', isNumber: true },
  ];
}

function movementColumns({ link }: Visit, currency: string | undefined): Column<MovementLine>[] {
  return [
    { name: 'When', cell: (line) => time(line.time) },
    { name: 'What', cell: (line) => line.kind },
    {
      name: 'Order',
      cell: ({ order_id: id }) =>
        id === null ? '' : html`<a href="${link(`/orders/${encodeURIComponent(id)}`)}">${id}</a>`,
    },
    { name: 'Amount', cell: (line) => amount(line.amount), isNumber: true },
    { name: currency ?? 'Value', cell: (line) => line.value ?? 'not known', isNumber: true },
    { name: 'Memo', cell: (line) => line.memo ?? '' },
  ];
}
