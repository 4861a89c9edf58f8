import * as z from 'zod';
import { orderAddressAt } from '#auth/shop-address.ts';
import type { OrderStory } from '#engine/desk/desk.ts';
import type { OrderDetails } from '#engine/views.ts';
import { amountMissing } from '#engine/views.ts';
import { orderId } from '#platform/http/fields.ts';
import { type Html, html } from '#platform/http/html.ts';
import type { DeliveryOfEvent } from '#platform/outbox/store/deliveries.ts';
import { DomainError } from '#support/errors.ts';
import { noteField } from '#support/http/actions/note-forms.ts';
import { orderActions } from '#support/http/actions/order-actions.ts';
import { type ConsolePorts, definePage, type Link, type MakePages, READERS, type Visit } from '#support/http/page.ts';
import { nameOf, statusBadge } from '#support/http/templates/orders.ts';
import {
  address,
  amount,
  amountText,
  badge,
  card,
  copyButton,
  duration,
  empty,
  facts,
  shopPrice,
  shortened,
  time,
  written,
} from '#support/http/templates/parts.ts';
import { refundTable } from '#support/http/templates/refunds.ts';
import { chaptersOf, storyList } from '#support/http/templates/story.ts';
import { addressToBase58 } from '#tari/address.ts';
import { formatTari } from '#tari/micro-tari.ts';

/** One order: its story at the left; its money, and what was given to the customer, at the right. */

const params = z.object({ order: orderId });
const MAX_NOTES = 200;
const MAX_AUDIT = 200;

interface Shown {
  details: OrderDetails;
  story: OrderStory;
  deliveries: readonly DeliveryOfEvent[];
  payLink: string | null;
  payTo: string | null;
}

export const orderPage: MakePages = (ports) => [
  definePage<z.output<typeof params>>({
    path: '/orders/:order',
    title: 'Order',
    roles: READERS,
    params,
    async show(visit) {
      const { services } = ports;
      const details = await services.engine.accounts.anyOrder(visit.params.order);
      if (details === undefined) throw new DomainError('page_not_found', `of an order ${visit.params.order}`);
      const { order } = details;
      const story = await services.engine.desk.story(order.orderId);
      const [notes, audit, deliveries, walletAddress, refunds] = await Promise.all([
        services.notes.list({ orderId: order.orderId }, { limit: MAX_NOTES }),
        services.auditLog.search({ subject: order.orderId }, 0n, MAX_AUDIT),
        services.outbox.deliveriesOf(story.events.map(({ id }) => id)),
        shopAddressOf(ports),
        services.payouts.refunds.ofOrder(order.orderId),
      ]);
      const shown: Shown = {
        details,
        story,
        deliveries,
        payLink: payLinkOf(ports, order.orderId, order.pageCode),
        payTo: walletAddress === undefined ? null : orderAddressAt(walletAddress)(order.orderId),
      };
      const chapters = chaptersOf({ story, notes: notes.rows, audit }, visit);
      const doable = orderActions(order, visit.visitor, visit.link, !ports.settings.hasShop);
      const content = html`${head(shown, visit)}
<div class="two"><div>
${card('What happened', html`${storyList(chapters)}${noteField(visit, `/orders/${encodeURIComponent(order.orderId)}`)}`)}
${order.memo !== null && order.memo !== '' && card('The customer’s note', written(order.memo))}
</div><div>
${card('Money', money(shown, visit.link))}
${doable !== false && card('Do', doable)}
${refunds.length > 0 && card('Given back', refundTable(refunds, visit.link, 'Refunds of this order', ''))}
${card('Paid by', paidBy(shown, visit.link))}
${card('Given to the customer', given(shown))}
${card('The shop', shopTold(shown))}
${card('Customer', html`<p><a href="${visit.link(`/customers/${encodeURIComponent(order.customerId)}`)}">Customer ${order.customerId}</a></p>`)}
</div></div>`;
      const subjects = [order.orderId, ...story.payments.map(({ txid }) => txid)].slice(0, 4);
      return { title: `Order ${nameOf(order)}`, content, live: { subjects } };
    },
  }),
];

function head({ details: { order, dueAt } }: Shown, { link, now }: Visit): Html {
  const due = dueAt === null ? '' : html` · expires ${time(dueAt)} (in ${duration(dueAt.getTime() - now.getTime())})`;
  const missing = amountMissing(order);
  return html`<div class="stick"><div class="head"><p><a href="${link('/orders')}">‹ Orders</a></p><h1>Order ${nameOf(order)}</h1> ${statusBadge(order)}</div>
<p>${amount(order.totalPrice)} ${shopPrice(order.originalPrice, order.currency)}${order.ownMoney > 0n && html` · received ${amount(order.ownMoney)}`}${missing !== null && missing > 0n && html` · missing ${amount(missing)}`}${due}</p></div>`;
}

function money({ details: { order, paidBy: parts } }: Shown, link: Link): Html {
  const missing = amountMissing(order);
  const paid = parts.reduce((sum, part) => sum + part.amount, 0n);
  const lines: [string, Html][] = [['Price', amount(order.totalPrice)]];
  if (missing === null) {
    if (paid > 0n) lines.push(['Paid by payments', amount(paid)]);
    if (order.refunded > 0n) lines.push(['− Given back, or about to be', amount(order.refunded)]);
  } else {
    const covered = order.totalPrice - missing - order.ownMoney;
    if (order.ownMoney > 0n) lines.push(['− Payments confirmed for it', amount(order.ownMoney)]);
    if (covered > 0n) lines.push(['− Credit that will be used', amount(covered)]);
    if (order.amountSeen > 0n) lines.push(['Seen, in no block yet', amount(order.amountSeen)]);
    lines.push(['Missing', amount(missing)]);
  }
  const rate = `${order.originalPrice} ${order.currency} at 1 ${order.currency} = ${amountText(order.exchangeRate)} XTM, fixed when it came`;
  const rateNote = order.originalPrice !== null && html`<p class="soft">${rate}</p>`;
  return html`<dl class="facts sum">${lines.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>${rateNote}
<p><a href="${link('/payments', { order: order.orderId })}">All payments that name it</a></p>`;
}

function paidBy({ details, story }: Shown, link: Link): Html {
  const { claimant, order, signers } = details;
  if (claimant === null) return empty('Nobody has claimed or paid it yet.');
  const { claimantCustomers: customers, claimant: account } = story;
  const isProven = order.claimKind === 'proven' || signers.length > 0;
  const isShared = customers.length > 1;
  return html`<p>${address(claimant, link)}</p><p>${isProven ? badge('proven by signature', 'good') : badge('stated, not proven', 'warn')}${isShared && html` ${badge(`shared by ${customers.length} customers`, 'warn')}`}</p>
${facts([
  ['First seen', account && time(account.createdAt)],
  ['Free credit', account && amount(account.freeCredit)],
  [
    'Customers',
    customers.map(
      ({ customerId }) => html`<a href="${link(`/customers/${encodeURIComponent(customerId)}`)}">${customerId}</a> `,
    ),
  ],
])}`;
}

function given({ details: { order }, payTo, payLink }: Shown): Html {
  return html`${facts([
    [
      'Address',
      payTo && html`<code title="${payTo}">${shortened(payTo, 8)}</code> ${copyButton(payTo, 'the address')}`,
    ],
    [
      'Its page',
      payLink &&
        html`<a href="${payLink}" rel="noreferrer">${shortened(payLink, 16)}</a> ${copyButton(payLink, 'the link to the customer’s page')}`,
    ],
    [
      'Confirmation no.',
      order.pageCode && html`<code>${order.pageCode}</code> ${copyButton(order.pageCode, 'the confirmation number')}`,
    ],
    ['Order id', html`<code>${order.orderId}</code> ${copyButton(order.orderId, 'the order id')}`],
    ['Exact amount', html`<code>${formatTari(order.totalPrice)}</code>`],
    ['Language', order.customerLocale],
  ])}${payTo !== null && html`<p class="soft">This address is the order’s own and never changes.</p>`}`;
}

function shopTold({ story, deliveries }: Shown): Html {
  const names = new Map(story.events.map(({ id, type }) => [id, type]));
  if (deliveries.length === 0) return empty('There was nothing to tell yet.');
  const words = { pending: badge('waiting'), done: badge('told', 'good'), dead: badge('could not be told', 'bad') };
  return html`<ul>${deliveries.map(
    ({ eventId, subscriber, state, lastError, updatedAt }) =>
      html`<li>${words[state]} ${subscriber}: ${names.get(eventId)}, ${time(updatedAt)}${state !== 'done' && lastError !== null && html`<p class="soft">${lastError}</p>`}</li>`,
  )}</ul>`;
}

function payLinkOf({ settings: { payPage, publicUrl } }: ConsolePorts, id: string, code: string | null): string | null {
  if (payPage === null || publicUrl === null || code === null) return null;
  return `${publicUrl.replace(/\/+$/, '')}/o/${encodeURIComponent(id)}/${encodeURIComponent(code)}`;
}

/** The shop's address in base58: from the settings, or that of the first hot wallet. */
async function shopAddressOf({ services, settings }: ConsolePorts): Promise<string | undefined> {
  const { paymentWalletAddress } = settings;
  if (paymentWalletAddress !== null) return addressToBase58(paymentWalletAddress);
  const [first] = await services.auth.wallets.all();
  return first?.address;
}
