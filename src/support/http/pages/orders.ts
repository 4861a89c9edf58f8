import * as z from 'zod';
import type { Order } from '#engine/store/orders.ts';
import { ORDER_STATUSES } from '#engine/store/tables.ts';
import { customerId, keptText } from '#platform/http/fields.ts';
import { html } from '#platform/http/html.ts';
import { queryTime } from '#platform/http/query-time.ts';
import { numberPosition, PAGE_ROWS, writePosition } from '#support/http/cursors.ts';
import { type CsvAnswer, definePage, type MakePages, READERS, type Visit } from '#support/http/page.ts';
import { orderTable } from '#support/http/templates/orders.ts';
import { pager } from '#support/http/templates/table.ts';

/** Orders: the list with its filters, and each by itself. */

const MAX_TEXT_LENGTH = 500;
/** More rows than a person reads, and few enough for one answer. */
const MAX_CSV_ROWS = 10_000;

const filter = z.object({
  status: z.enum(ORDER_STATUSES).optional(),
  customer: customerId.optional(),
  text: keptText(MAX_TEXT_LENGTH).optional(),
  since: queryTime.optional(),
  until: queryTime.optional(),
  after: numberPosition.optional(),
  format: z.literal('csv').optional(),
});

type Filter = z.output<typeof filter>;

export const orderPages: MakePages = ({ services: { engine } }) => [
  definePage<unknown, Filter>({
    path: '/orders',
    title: 'Orders',
    roles: READERS,
    query: filter,
    async show(visit) {
      const { status, customer, text, since, until, after, format } = visit.query;
      const sought = { statuses: status && [status], customerId: customer, memo: text, since, until };
      if (format === 'csv') {
        const page = await engine.lists.search(sought, { order: 'desc', limit: MAX_CSV_ROWS });
        return csvOf(page.rows);
      }
      const page = await engine.lists.search(sought, { after, order: 'desc', limit: PAGE_ROWS });
      const content = html`<div class="head"><h1>Orders</h1><div class="end"><a class="button" href="${visit.link('/orders', { ...queryOf(visit), format: 'csv' })}">CSV</a></div></div>
${filterForm(visit)}
<div class="card">${orderTable(page.rows, visit.link, 'Orders, newest first', 'No order matches these filters.')}
${pager({
  first: after === undefined ? undefined : visit.link('/orders', queryOf(visit)),
  next: page.next && visit.link('/orders', { ...queryOf(visit), after: writePosition(page.next) }),
})}</div>`;
      return { content, live: { types: ['NewOrder'] } };
    },
  }),
];

/** The filters as they were typed, without the place in the list. */
function queryOf({ search }: Pick<Visit, 'search'>): Record<string, string> {
  const {
    after: _after,
    format: _format,
    ...rest
  } = Object.fromEntries([...search].filter(([, value]) => value !== ''));
  return rest;
}

function filterForm(visit: Visit<unknown, Filter>) {
  const typed = queryOf(visit);
  const options = ['', ...ORDER_STATUSES].map(
    (status) =>
      html`<option value="${status}"${status === (typed.status ?? '') && html` selected`}>${status === '' ? 'any' : status}</option>`,
  );
  return html`<form class="card fields" action="${visit.link('/orders')}" method="get" data-auto>
<label>State<select name="status">${options}</select></label>
<label>Customer<input name="customer" maxlength="270" value="${typed.customer}"></label>
<label>Text in the note<input name="text" maxlength="${MAX_TEXT_LENGTH}" value="${typed.text}"></label>
<label>From<input name="since" maxlength="40" placeholder="2026-11-30" value="${typed.since}"></label>
<label>Until<input name="until" maxlength="40" placeholder="2026-11-30" value="${typed.until}"></label>
<button>Filter</button>
</form>`;
}

function csvOf(orders: readonly Order[]): CsvAnswer {
  const columns = ['order_id', 'name', 'status', 'price_utari', 'shop_price', 'currency', 'customer_id', 'created_at'];
  const rows = orders.map((order) => [
    order.orderId,
    order.altId,
    order.status,
    order.totalPrice,
    order.originalPrice,
    order.currency,
    order.customerId,
    order.createdAt.toISOString(),
  ]);
  return { csv: 'orders', rows: [columns, ...rows] };
}
