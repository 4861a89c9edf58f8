import * as z from 'zod';
import type { CustomerView } from '#engine/desk/desk.ts';
import type { Note } from '#notes/store/notes.ts';
import { customerId } from '#platform/http/fields.ts';
import { type Html, html } from '#platform/http/html.ts';
import { DomainError } from '#support/errors.ts';
import { noteField } from '#support/http/actions/note-forms.ts';
import { PAGE_ROWS } from '#support/http/cursors.ts';
import { filterField, filterForm, listHead, pagesOf } from '#support/http/lists.ts';
import { definePage, type Link, type MakePages, maySee, READERS, type Visit } from '#support/http/page.ts';
import { orderTable } from '#support/http/templates/orders.ts';
import { address, amount, badge, card, empty, time } from '#support/http/templates/parts.ts';
import { noteText } from '#support/http/templates/story.ts';
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
    async show(visit) {
      const { customer } = visit.params;
      const { link, visitor } = visit;
      const path = customerPath(customer);
      const [view, orders, thread] = await Promise.all([
        engine.desk.customer(customer),
        engine.lists.search({ customerId: customer }, { order: 'desc', limit: NEWEST_ORDERS }),
        notes.list({ customerId: customer }, { limit: MAX_NOTES }),
      ]);
      if (view.totals === undefined && thread.rows.length === 0) {
        throw new DomainError('page_not_found', `of a customer ${customer}`);
      }
      const more =
        orders.next !== undefined &&
        html`<p><a href="${link('/orders', { customer })}">All orders of this customer</a></p>`;
      const actions =
        maySee(visitor, ['write']) &&
        html`<ul class="actions"><li><a class="button" href="${link(`${path}/credit`)}">Give or take credit…</a></li><li><a class="button" href="${link(`${path}/settle`)}">Pay orders from credit…</a></li></ul>`;
      const content = html`<div class="head"><h1>Customer ${customer}</h1></div>
<div class="two"><div>
${card('Orders', html`${orderTable(orders.rows, link, 'Orders, newest first', 'No order of this customer is known.')}${more}`)}
</div><div>
${card('Money', html`${sums(view)}${actions}`)}
${card('Wallets', wallets(view, link))}
${card('Notes', html`${noteList(thread.rows, visit)}${noteField(visit, path)}`)}
</div></div>`;
      return { title: `Customer ${customer}`, content };
    },
  }),
];

function customerPath(customer: string): string {
  return `/customers/${encodeURIComponent(customer)}`;
}

function noteList(thread: readonly Note[], { link, visitor }: Pick<Visit, 'link' | 'visitor'>): Html {
  if (thread.length === 0) return empty('Nobody has written a note.');
  return html`<ol class="story">${thread.map((note) => html`<li>${time(note.createdAt)}${noteText(note, link, visitor)}</li>`)}</ol>`;
}

export function customerLink(customer: string, link: Link): Html {
  return html`<a href="${link(customerPath(customer))}">${customer}</a>`;
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
