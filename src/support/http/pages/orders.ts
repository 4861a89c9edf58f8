import * as z from 'zod';
import type { Order, OrderPosition } from '#engine/store/orders.ts';
import { ORDER_STATUSES } from '#engine/store/tables.ts';
import { customerId, keptText } from '#platform/http/fields.ts';
import { type Html, html } from '#platform/http/html.ts';
import { queryTime } from '#platform/http/query-time.ts';
import { numberPosition, PAGE_ROWS, textPosition, writePosition } from '#support/http/cursors.ts';
import { amountFilter } from '#support/http/filters.ts';
import {
  csvFormat,
  filterChoice,
  filterField,
  filterForm,
  listHead,
  MAX_CSV_ROWS,
  pagesOf,
  presets,
} from '#support/http/lists.ts';
import {
  type ConsolePorts,
  type CsvAnswer,
  definePage,
  type MakePages,
  READERS,
  type Visit,
} from '#support/http/page.ts';
import { orderTable } from '#support/http/templates/orders.ts';
import { asPaymentPosition } from './payments.ts';
import { savedViews } from './saved-views.ts';

/** The list of orders with its filters. */

const MAX_TEXT_LENGTH = 500;
/** The index over notes finds parts of this length and longer. */
const MIN_TEXT_LENGTH = 3;

const MONEY = ['short', 'late', 'over'] as const;

const filter = z
  .object({
    status: z.enum(ORDER_STATUSES).optional(),
    money: z.enum(MONEY).optional(),
    customer: customerId.optional(),
    text: keptText(MAX_TEXT_LENGTH).min(MIN_TEXT_LENGTH, 'must have at least 3 letters').optional(),
    amount: amountFilter.optional(),
    since: queryTime.optional(),
    until: queryTime.optional(),
    after: textPosition.optional(),
    format: csvFormat,
  })
  .refine(
    ({ money, amount, status, customer, text, since, until }) => {
      const others = [status, customer, text, since, until].some((value) => value !== undefined);
      return [money !== undefined, amount !== undefined, others].filter(Boolean).length < 2;
    },
    { path: ['money and amount'], message: 'can only be filtered by alone' },
  );

type Filter = z.output<typeof filter>;

/** A page of orders; the next one begins at a place in the list. */
interface Found {
  rows: readonly Order[];
  next: string | undefined;
}

export const orderPages: MakePages = (ports) => [
  definePage<unknown, Filter>({
    path: '/orders',
    title: 'Orders',
    roles: READERS,
    query: filter,
    async show(visit) {
      const isFile = visit.query.format === 'csv';
      const found = await ordersOf(ports, visit.query, isFile ? MAX_CSV_ROWS : PAGE_ROWS);
      if (isFile) return csvOf(found.rows);
      const content = html`${listHead(visit, 'Orders')}
${presets(visit, [
  ['all', {}],
  ...ORDER_STATUSES.map((status) => [status, { status }] as const),
  ['short', { money: 'short' }],
  ['late', { money: 'late' }],
  ['overpaid', { money: 'over' }],
])}
${await savedViews(ports, visit)}
${filters(visit)}
<div class="card">${orderTable(found.rows, visit.link, 'Orders, newest first', 'No order matches these filters.')}
${pagesOf(visit, found.next)}</div>`;
      return { content, live: { types: ['NewOrder'] } };
    },
  }),
];

async function ordersOf({ services: { engine } }: ConsolePorts, query: Filter, limit: number): Promise<Found> {
  const { status, money, customer, text, amount, since, until, after } = query;
  if (money === 'late' || money === 'over') {
    const page = await engine.desk.money(money, { after: after && asPaymentPosition(after), limit });
    const orders = new Map(page.rows.flatMap(({ order }) => (order === undefined ? [] : [[order.orderId, order]])));
    const next = page.next && writePosition({ createdAt: page.next.createdAt, id: page.next.txid });
    return { rows: [...orders.values()], next };
  }
  const request = { after: after && orderPositionOf(after), order: 'desc' as const, limit };
  const page =
    money === 'short'
      ? await engine.desk.partlyPaid(request)
      : amount !== undefined
        ? await engine.desk.ordersOfPrice(amount, request)
        : await engine.lists.search(
            { statuses: status && [status], customerId: customer, memo: text, since, until },
            request,
          );
  return { rows: page.rows, next: page.next && writePosition(page.next) };
}

function orderPositionOf(after: z.output<typeof textPosition>): OrderPosition | undefined {
  const position = numberPosition.safeParse(writePosition(after));
  return position.success ? position.data : undefined;
}

function filters(visit: Visit<unknown, Filter>): Html {
  const states = [['', 'any'], ...ORDER_STATUSES.map((status) => [status, status] as const)] as const;
  return filterForm(visit, [
    filterChoice(visit, 'status', 'State', states),
    filterField(visit, 'customer', 'Customer'),
    filterField(visit, 'text', 'Text in the note', { maxLength: MAX_TEXT_LENGTH }),
    filterField(visit, 'amount', 'Exact price', { placeholder: '477 XTM' }),
    filterField(visit, 'since', 'From', { placeholder: '2026-11-30' }),
    filterField(visit, 'until', 'Until', { placeholder: '2026-11-30' }),
  ]);
}

function csvOf(orders: readonly Order[]): CsvAnswer {
  const columns = [
    'order_id',
    'name',
    'status',
    'price_utari',
    'shop_price',
    'currency',
    'customer_id',
    'created_at',
    'note',
  ];
  const rows = orders.map((order) => [
    order.orderId,
    order.altId,
    order.status,
    order.totalPrice,
    order.originalPrice,
    order.currency,
    order.customerId,
    order.createdAt.toISOString(),
    order.memo,
  ]);
  return { csv: 'orders', rows: [columns, ...rows] };
}
