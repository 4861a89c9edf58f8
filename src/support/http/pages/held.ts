import * as z from 'zod';
import { HELD_ADVICE, HELD_REASONS, type HeldMoney, type HeldReason } from '#engine/money/held-reasons.ts';
import type { PaymentPosition } from '#engine/store/payments.ts';
import { html } from '#platform/http/html.ts';
import { PAGE_ROWS, textPosition, writePosition } from '#support/http/cursors.ts';
import { csvFormat, listHead, MAX_CSV_ROWS, pagesOf, presets } from '#support/http/lists.ts';
import { definePage, type MakePages, maySee, READERS, type Visit } from '#support/http/page.ts';
import { amount, badge, card, duration, empty, type Tone } from '#support/http/templates/parts.ts';
import { namedOrder, paymentLink } from '#support/http/templates/payments.ts';
import { wallet } from '#support/http/templates/story.ts';
import { table } from '#support/http/templates/table.ts';
import { customerLink } from './customers.ts';
import { asPaymentPosition } from './payments.ts';

/** Money that has arrived and has paid no order yet: why, since when, and what can be done. */

const filter = z.object({
  reason: z.enum(HELD_REASONS).optional(),
  after: textPosition.optional(),
  format: csvFormat,
});

export const REASON_TEXTS: Readonly<Record<HeldReason, readonly [text: string, tone: Tone]>> = {
  late: ['too late', 'bad'],
  short: ['part of a price', 'warn'],
  surplus: ['left over', 'plain'],
  unconfirmed: ['not confirmed', 'plain'],
  unclaimed_sender: ['nobody’s yet', 'warn'],
  no_sender: ['unknown sender', 'warn'],
  early_confirmation: ['payment not reported', 'bad'],
};

export const heldPages: MakePages = ({ services: { engine } }) => [
  definePage<unknown, z.output<typeof filter>>({
    path: '/held',
    title: 'Held money',
    roles: READERS,
    query: filter,
    async show(visit) {
      const { reason, after, format } = visit.query;
      const request = {
        after: after && asPaymentPosition(after),
        order: 'desc' as const,
        limit: format === undefined ? PAGE_ROWS : MAX_CSV_ROWS,
      };
      const page = await engine.held.list({ ...request, reason });
      if (format === 'csv') return { csv: 'held-money', rows: rowsOf(page.rows) };
      const shared = after === undefined && reason === undefined ? await engine.desk.sharedSenders(MAX_SHARED) : [];
      const choices = HELD_REASONS.map((one) => [REASON_TEXTS[one][0], { reason: one }] as const);
      const content = html`${listHead(visit, 'Held money')}
<p class="soft">Money that has arrived, and has paid no order yet.</p>
${presets(visit, [['all', {}], ...choices], 'Reasons')}
<div class="card">${heldTable(page.rows, visit)}${pagesOf(visit, placeOf(page.next))}</div>
${
  shared.length > 0 &&
  card(
    'Shared senders',
    html`<p class="soft">Several customers have paid from these wallets, as from an exchange. Their free credit pays nothing by itself.</p>${table(
      shared,
      [
        { name: 'Wallet', cell: (row) => wallet(row.address, visit.link) },
        { name: 'Customers', isNumber: true, cell: (row) => row.customers },
        { name: 'Free', isNumber: true, cell: (row) => amount(row.freeCredit) },
      ],
      { caption: 'Shared senders', none: '' },
    )}`,
  )
}`;
      return { content, live: { types: ['PaymentUnmatched', 'PaymentAssigned', 'PaymentReceived'] } };
    },
  }),
];

const MAX_SHARED = 20;

function placeOf(next: PaymentPosition | undefined): string | undefined {
  return next && writePosition({ createdAt: next.createdAt, id: next.txid });
}

function heldTable(rows: readonly HeldMoney[], { link, now, visitor }: Visit) {
  const mayAssign = maySee(visitor, ['write']);
  const assign = ({ row, reason }: HeldMoney) =>
    mayAssign &&
    reason !== 'unconfirmed' &&
    reason !== 'early_confirmation' &&
    html` <a class="button" href="${link(`/held/${encodeURIComponent(row.txid)}/assign`)}">Assign…</a>`;
  if (rows.length === 0) return empty('No money is held for this reason.');
  return table(
    rows,
    [
      { name: 'Payment', cell: ({ row }) => paymentLink(row, link) },
      { name: 'Amount', isNumber: true, cell: ({ row }) => amount(row.amount) },
      { name: 'Why', cell: ({ reason }) => badge(...REASON_TEXTS[reason]) },
      {
        name: 'Held for',
        cell: ({ row }) =>
          html`<span title="${row.since.toISOString()}">${duration(now.getTime() - row.since.getTime())}</span>`,
      },
      { name: 'Names order', cell: ({ row }) => namedOrder(row.orderId, link) },
      {
        name: 'Customer',
        cell: ({ row }) => (row.customerId === null ? 'unknown' : customerLink(row.customerId, link)),
      },
      { name: 'From', cell: ({ row }) => (row.sender === null ? 'unknown' : wallet(row.sender, link)) },
      {
        name: 'What to do',
        cell: (held) => html`<span class="soft">${HELD_ADVICE[held.reason]}</span>${assign(held)}`,
      },
    ],
    { caption: 'Held money, newest first', none: '' },
  );
}

function rowsOf(rows: readonly HeldMoney[]) {
  const head = ['txid', 'amount_utari', 'reason', 'since', 'order_id', 'customer_id', 'sender'];
  return [
    head,
    ...rows.map(({ row, reason }) => [
      row.txid,
      row.amount,
      reason,
      row.since.toISOString(),
      row.orderId,
      row.customerId,
      row.sender,
    ]),
  ];
}
