import type { Day, Waiting, Week } from '#engine/desk/figures.ts';
import { MAX_COUNTED } from '#engine/desk/limits.ts';
import { type Html, type HtmlValue, html } from '#platform/http/html.ts';
import { type ConsolePorts, definePage, type Link, type MakePages, READERS } from '#support/http/page.ts';
import { readinessOf } from '#support/http/readiness.ts';
import { barChart } from '#support/http/templates/chart.ts';
import { isShort, moneyText, orderLink, orderTable } from '#support/http/templates/orders.ts';
import {
  amount,
  amountText,
  badge,
  card,
  duration,
  numberText,
  shortened,
  type Tone,
  time,
} from '#support/http/templates/parts.ts';
import { paymentLink } from '#support/http/templates/payments.ts';
import { refundPath } from '#support/http/templates/refunds.ts';
import { wallet } from '#support/http/templates/story.ts';
import { table } from '#support/http/templates/table.ts';
import { subjectLink } from './deliveries.ts';

/** The start page: what needs a person; then the figures of the week, and the newest orders. */

const NEWEST = 10;
/** Of each kind of thing that needs a person; the rest is a link. */
const SHOWN = 4;

/** One thing that needs a person. */
interface Need {
  what: string;
  tone: Tone;
  text: HtmlValue;
  to: string;
}

interface Needs {
  /** Of the kinds that have lists of their own. */
  counts: Html;
  shown: readonly Need[];
}

export const todayPages: MakePages = (ports) => {
  const readiness = readinessOf(ports);
  return [
    definePage({
      path: '/',
      title: 'Today',
      roles: READERS,
      async show({ link, now }) {
        const { engine } = ports.services;
        const [waiting, needs, week, newest, sentence] = await Promise.all([
          engine.desk.waiting(),
          needsOf(ports, link),
          engine.desk.week(),
          engine.lists.search({}, { order: 'desc', limit: NEWEST }),
          readiness(now),
        ]);
        const content = html`<div class="head"><h1>Today</h1><p class="end">${sentence}</p></div>
${needsCard(needs, waiting, link)}
${card('Last 7 days', weekFigures(week, link))}
${card('Newest orders', html`${orderTable(newest.rows, link, 'The newest orders', 'No order has come yet.')}<p><a href="${link('/orders')}">All orders</a></p>`)}`;
        return {
          content,
          live: { types: ['NewOrder', 'PaymentUnmatched', 'OrderPaid', 'RefundRequested', 'PayoutUnknown'] },
        };
      },
    }),
  ];
};

async function needsOf({ services }: ConsolePorts, link: Link): Promise<Needs> {
  const { engine, outbox, payouts, shops } = services;
  const most = MAX_COUNTED + 1;
  const [late, short, shared, letters, rejected, dead, setAside, waiting, lost] = await Promise.all([
    engine.desk.money('late', { limit: SHOWN }),
    engine.desk.partlyPaid({ limit: SHOWN * 2 }),
    engine.desk.sharedSenders(SHOWN + 1),
    outbox.deadLetters.after(0n, SHOWN, { order: 'desc' }),
    shops.webhooks.setAside(0n, SHOWN, { order: 'desc' }),
    outbox.deadLetters.count(most),
    shops.webhooks.countSetAside(most),
    payouts.refunds.list({ states: ['waiting_for_approval'] }, { limit: SHOWN }),
    payouts.payouts.list({ states: ['unknown'] }, { limit: SHOWN }),
  ]);
  const lateNeeds = late.rows.map(
    ({ payment, order }): Need => ({
      what: 'Paid too late',
      tone: 'bad',
      text: html`${order === undefined ? (payment.orderId ?? '') : orderLink(order, link)} ${amount(payment.unspent)} came ${time(payment.createdAt)} ${paymentLink(payment, link)}`,
      to: link('/held', { reason: 'late' }),
    }),
  );
  const shortNeeds = short.rows
    .filter(isShort)
    .slice(0, SHOWN)
    .map(
      (order): Need => ({
        what: 'Part missing',
        tone: 'warn',
        text: html`${orderLink(order, link)} ${moneyText(order)}`,
        to: link(`/orders/${encodeURIComponent(order.orderId)}`),
      }),
    );
  const sharedNeeds = shared.slice(0, SHOWN).map(
    (sender): Need => ({
      what: 'Shared sender',
      tone: 'warn',
      text: html`${wallet(sender.address, link)} is tied to ${sender.customers} customers, ${amount(sender.freeCredit)} free`,
      to: link('/held'),
    }),
  );
  const deadNeeds = letters.slice(0, SHOWN).map(
    ({ event, subscriber, lastError }): Need => ({
      what: 'Could not be told',
      tone: 'bad',
      text: html`${subscriber}: ${event.type} ${subjectLink(event.type, event.subject, link)} <span class="soft">${shortened(lastError ?? '', 60)}</span>`,
      to: link('/deliveries'),
    }),
  );
  const refundNeeds = waiting.rows.map(
    (refund): Need => ({
      what: 'Refund waits',
      tone: 'warn',
      text: html`${amount(refund.amount)} of order <a href="${link(`/orders/${encodeURIComponent(refund.orderId)}`)}">${refund.orderId}</a> <span class="soft">${refund.needsApproval}</span>`,
      to: refundPath(refund.id, link),
    }),
  );
  const lostNeeds = lost.rows.map(
    (payout): Need => ({
      what: 'Payout unknown',
      tone: 'bad',
      text: html`${amount(payout.amount)} may have been sent: look into the wallet`,
      to: link(`/payouts/${encodeURIComponent(payout.id)}`),
    }),
  );
  const rejectedNeeds = rejected.map(
    ({ id, topic, reason }): Need => ({
      what: 'Webhook rejected',
      tone: 'bad',
      text: html`${topic} <span class="soft">${shortened(reason, 60)}</span>`,
      to: link(`/deliveries/webhooks/${id}`),
    }),
  );
  return {
    counts: html`${countLink(dead, 'deliveries failed', link('/deliveries'))}${countLink(setAside, 'webhooks rejected', link('/deliveries/webhooks'))}`,
    shown: [...lostNeeds, ...lateNeeds, ...refundNeeds, ...shortNeeds, ...sharedNeeds, ...deadNeeds, ...rejectedNeeds],
  };
}

/** "1,000+" where counting stopped. */
export function boundedCount(count: number): string {
  return count > MAX_COUNTED ? `${numberText(MAX_COUNTED)}+` : numberText(count);
}

function countLink(count: number, label: string, to: string): Html {
  return html`<a href="${to}"><b>${boundedCount(count)}</b>${label}</a>`;
}

function needsCard({ shown, counts: others }: Needs, waiting: Waiting, link: Link): Html {
  const list =
    shown.length === 0
      ? html`<p class="good">Nothing needs you.</p>`
      : html`<ul class="needs">${shown.map(
          ({ what, tone, text, to }) =>
            html`<li><span>${badge(what, tone)}</span><span>${text}</span><a class="button" href="${to}">Open</a></li>`,
        )}</ul>`;
  const counts = html`<div class="tiles">
${countLink(waiting.late, 'paid too late', link('/held', { reason: 'late' }))}
${countLink(waiting.partlyPaid, 'partly paid', link('/orders', { money: 'short' }))}
${countLink(waiting.held, 'payments held', link('/held'))}
${countLink(waiting.byStatus.New, 'orders New', link('/orders', { status: 'New' }))}
${countLink(waiting.byStatus.Unclaimed, 'orders Unclaimed', link('/orders', { status: 'Unclaimed' }))}
${others}</div>`;
  return card('Needs you', html`${list}${counts}`);
}

const WEEKDAY = new Intl.DateTimeFormat('en-GB', { weekday: 'short', timeZone: 'UTC' });

function weekFigures({ days, medianPaidMs }: Week, link: Link): Html {
  const sum = (of: (day: Day) => number) => days.reduce((total, day) => total + of(day), 0);
  const received = days.reduce((total, day) => total + day.received, 0n);
  const isMore = days.some((day) => day.isMore);
  const plus = isMore ? '+' : '';
  const since = days[0]?.from.toISOString().slice(0, 10) ?? '';
  const expired = sum((day) => day.expired);
  const orders = sum((day) => day.orders);
  const share = orders === 0 ? '' : ` (${Math.round((100 * expired) / orders)} %)`;
  const bars = days.map(({ from, received: value }) => ({
    label: WEEKDAY.format(from),
    value: Number(value / 1_000_000n),
  }));
  return html`<div class="tiles">
<a href="${link('/orders', { since })}"><b>${numberText(orders)}${plus}</b>orders</a>
<a href="${link('/payments', { since })}"><b>${amountText(received)}${plus}</b>XTM received</a>
<a href="${link('/orders', { status: 'Paid' })}"><b>${medianPaidMs === null ? 'none' : duration(medianPaidMs)}</b>until paid, of the newest 100 paid (median)</a>
<a href="${link('/orders', { status: 'Expired', since })}"><b>${numberText(expired)}${plus}${share}</b>expired</a>
</div>
${barChart(bars, 'XTM received on each of the last seven days; the table below has the figures')}
<details><summary>The figures as a table</summary>${table(
    days,
    [
      { name: 'Day (UTC)', cell: ({ from }) => from.toISOString().slice(0, 10) },
      { name: 'Orders', isNumber: true, cell: (day) => numberText(day.orders) },
      { name: 'Paid', isNumber: true, cell: (day) => numberText(day.paid) },
      { name: 'Expired', isNumber: true, cell: (day) => numberText(day.expired) },
      { name: 'Payments', isNumber: true, cell: (day) => numberText(day.payments) },
      { name: 'Received', isNumber: true, cell: (day) => amount(day.received) },
    ],
    { caption: 'The last seven days', none: '' },
  )}</details>`;
}
