import * as z from 'zod';
import type { CustomerView } from '#engine/desk/desk.ts';
import { customerId } from '#platform/http/fields.ts';
import { type Html, html } from '#platform/http/html.ts';
import { PAGE_ROWS } from '#support/http/cursors.ts';
import { filterField, filterForm, listHead, pagesOf } from '#support/http/lists.ts';
import { definePage, type Link, type MakePages, READERS } from '#support/http/page.ts';
import { orderTable } from '#support/http/templates/orders.ts';
import { address, amount, badge, card, empty, time, written } from '#support/http/templates/parts.ts';
import { actorName } from '#support/http/templates/story.ts';
import { table } from '#support/http/templates/table.ts';

/** Customers of the shop, by the ids that it gives them: it has the names and the e-mail addresses. */

const params = z.object({ customer: customerId });
const filter = z.object({ start: customerId.optional(), after: customerId.optional() });
const NEWEST_ORDERS = 20;
const MAX_NOTES = 100;

export const customerPages: MakePages = ({ services: { engine, notes } }) => [
  definePage<unknown, z.output<typeof filter>>({
    path: '/customers',
    title: 'Customers',
    roles: READERS,
    query: filter,
    async show(visit) {
      const { start = '', after } = visit.query;
      const page = await engine.desk.customers(start, { after, limit: PAGE_ROWS });
      return html`${listHead(visit, 'Customers', { csv: false })}
${filterForm(visit, filterField(visit, 'start', 'The id begins with'))}
<div class="card">${table(
        page.rows,
        [
          { name: 'Customer', cell: (row) => customerLink(row.customerId, visit.link) },
          { name: 'Open orders', isNumber: true, cell: (row) => amount(row.current) },
          { name: 'Paid orders', isNumber: true, cell: (row) => amount(row.paid) },
          { name: 'Credit', isNumber: true, cell: (row) => amount(row.credit) },
          { name: 'Last changed', cell: (row) => time(row.updatedAt) },
        ],
        { caption: 'Customers, by id', none: 'No customer has such an id.' },
      )}${pagesOf(visit, page.next)}</div>`;
    },
  }),
  definePage<z.output<typeof params>>({
    path: '/customers/:customer',
    title: 'Customer',
    roles: READERS,
    params,
    async show({ params: { customer }, link }) {
      const [view, orders, thread] = await Promise.all([
        engine.desk.customer(customer),
        engine.lists.search({ customerId: customer }, { order: 'desc', limit: NEWEST_ORDERS }),
        notes.list({ customerId: customer }, { limit: MAX_NOTES }),
      ]);
      const all =
        orders.next === undefined
          ? false
          : html`<p><a href="${link('/orders', { customer })}">All orders of this customer</a></p>`;
      const content = html`<div class="head"><h1>Customer ${customer}</h1></div>
<div class="two"><div>${card('Orders', html`${orderTable(orders.rows, link, 'Orders, newest first', 'No order of such a customer is known.')}${all}`)}</div>
<div>${card('Money', sums(view))}${card('Wallets', wallets(view, link))}
${card(
  'Notes',
  thread.rows.length === 0
    ? empty('Nobody has written a note.')
    : html`<ul class="story">${thread.rows.map(
        (note) =>
          html`<li>${time(note.createdAt)}${actorName(note.author, link)} wrote${note.strike === null ? written(note.text) : html`<del>${note.text}</del>`}</li>`,
      )}</ul>`,
)}</div></div>`;
      return { title: `Customer ${customer}`, content };
    },
  }),
];

export function customerLink(customer: string, link: Link): Html {
  return html`<a href="${link(`/customers/${encodeURIComponent(customer)}`)}">${customer}</a>`;
}

function sums({ totals, credit }: CustomerView): Html {
  if (totals === undefined) return empty('There is no order yet.');
  const lines = [
    ['Paid orders', totals.paid],
    ['Open orders', totals.current],
    ['Expired orders', totals.expired],
    ['Cancelled orders', totals.cancelled],
    ['Credit for later orders', credit],
  ] as const;
  return html`<dl class="facts sum">${lines.map(([name, sum]) => html`<div><dt>${name}</dt><dd>${amount(sum)}</dd></div>`)}</dl>`;
}

const LINKS = {
  proven: badge('proven by signature', 'good'),
  by_hand: badge('tied by an operator', 'good'),
  stated: badge('stated, not proven', 'warn'),
} as const;

function wallets({ accounts }: CustomerView, link: Link): Html {
  if (accounts.length === 0) return empty('No wallet has paid for this customer.');
  return html`<ul>${accounts.map(
    (account) =>
      html`<li>${address(account.address, link)} ${LINKS[account.link]} ${account.freeCredit > 0n && html`${amount(account.freeCredit)} free`}</li>`,
  )}</ul>`;
}
