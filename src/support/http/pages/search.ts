import * as z from 'zod';
import { keptText } from '#platform/http/fields.ts';
import { type Html, html } from '#platform/http/html.ts';
import { type Finding, type Found, findAnything } from '#support/finding/find.ts';
import { definePage, type Link, type MakePages, READERS, type Redirection } from '#support/http/page.ts';
import { orderTable } from '#support/http/templates/orders.ts';
import { address, card } from '#support/http/templates/parts.ts';
import { paymentTable } from '#support/http/templates/payments.ts';
import { customerLink } from './customers.ts';

/** One box for everything: what is typed decides by its form what is looked for, and the only thing found opens at once. */

/** An address as emoji takes the most. */
const MAX_LENGTH = 4096;

const query = z.object({
  q: keptText(MAX_LENGTH)
    .transform((text) => text.trim())
    .optional(),
});

export const searchPages: MakePages = (ports) => [
  definePage<unknown, z.output<typeof query>>({
    path: '/search',
    title: 'Search',
    roles: READERS,
    query,
    async show({ query: { q = '' }, link }) {
      if (q === '') return html`<h1>Search</h1>${help()}`;
      const finding = await findAnything(q, ports.services);
      return onlyOne(finding.found) ?? { title: `Search: ${q.slice(0, 40)}`, content: results(q, finding, link) };
    },
  }),
];

function onlyOne(found: Found): Redirection | undefined {
  const { orders, payments, wallets, customers } = found;
  if (orders.length + payments.length + wallets.length + customers.length !== 1) return undefined;
  const [order] = orders;
  if (order !== undefined) return { redirect: `/orders/${encodeURIComponent(order.orderId)}` };
  const [payment] = payments;
  if (payment !== undefined) return { redirect: `/payments/${encodeURIComponent(payment.txid)}` };
  const [wallet] = wallets;
  if (wallet !== undefined) return { redirect: `/wallets/of/${encodeURIComponent(wallet)}` };
  return { redirect: `/customers/${encodeURIComponent(customers[0] ?? '')}` };
}

function results(q: string, { kind, found, remark }: Finding, link: Link): Html {
  const { orders, payments, wallets, customers } = found;
  const isNothing = [orders, payments, wallets, customers].every(({ length }) => length === 0);
  return html`<h1>Search</h1><p>“${q.slice(0, 200)}” was read as ${kind}.</p>
${remark !== undefined && html`<p class="card">${remark}</p>`}
${isNothing && html`<p class="card">Nothing was found.</p>${help()}`}
${orders.length > 0 && card('Orders', orderTable(orders, link, 'Orders found, newest first', ''))}
${payments.length > 0 && card('Payments', paymentTable(payments, link, 'Payments found, newest first', ''))}
${customers.length > 0 && card('Customers', html`<ul>${customers.map((customer) => html`<li>${customerLink(customer, link)}</li>`)}</ul>`)}
${wallets.length > 0 && card('Wallets', html`<ul>${wallets.map((wallet) => html`<li>${address(wallet, link)}</li>`)}</ul>`)}`;
}

function help(): Html {
  const lines = [
    ['#1001 or 1001', 'the order’s name in the shop'],
    ['8997470732594', 'the order’s id, or a customer’s'],
    ['XPAV284CT', 'the confirmation number in the order’s mail'],
    [
      '14s9vDTwrwdL… or 🐢💦🍓…',
      'a wallet’s address in any form; one that was made for an order leads to that order, too',
    ],
    ['12375671662993302800', 'a transaction’s id'],
    ['64 letters and digits', 'the payment reference that the wallet shows'],
    ['477 XTM or 300.5', 'orders and payments of exactly that amount'],
    ['any other text', 'a part of the note that the customer wrote'],
  ];
  return html`<div class="card"><h2>What can be typed</h2><dl class="facts">${lines.map(([what, means]) => html`<div><dt><code>${what}</code></dt><dd>${means}</dd></div>`)}</dl></div>`;
}
