import * as z from 'zod';
import type { PaymentPosition } from '#engine/store/payments.ts';
import { keptText, orderId, transactionId } from '#platform/http/fields.ts';
import { html } from '#platform/http/html.ts';
import { queryTime } from '#platform/http/query-time.ts';
import { DomainError } from '#support/errors.ts';
import { PAGE_ROWS, type TimePosition, textPosition, writePosition } from '#support/http/cursors.ts';
import { amountFilter } from '#support/http/filters.ts';
import { csvFormat, filterField, filterForm, listHead, MAX_CSV_ROWS, pagesOf } from '#support/http/lists.ts';
import { definePage, type MakePages, READERS } from '#support/http/page.ts';
import { orderLink } from '#support/http/templates/orders.ts';
import { amount, card, copyButton, facts, time, written } from '#support/http/templates/parts.ts';
import { paymentBadge, paymentRows, paymentTable } from '#support/http/templates/payments.ts';
import { wallet } from '#support/http/templates/story.ts';

/** Payments: the list with its filters, and each by itself. */

const filter = z.object({
  txid: transactionId.optional(),
  reference: z
    .string()
    .regex(/^[0-9a-fA-F]{64}$/, 'must be 64 hex digits')
    .transform((text) => text.toLowerCase())
    .optional(),
  order: orderId.optional(),
  amount: amountFilter.optional(),
  since: queryTime.optional(),
  until: queryTime.optional(),
  after: textPosition.optional(),
  format: csvFormat,
});

const params = z.object({ txid: keptText(300).min(1) });

export const paymentPages: MakePages = ({ services: { engine } }) => [
  definePage<unknown, z.output<typeof filter>>({
    path: '/payments',
    title: 'Payments',
    roles: READERS,
    query: filter,
    async show(visit) {
      const { txid, reference, order, amount: exact, since, until, after, format } = visit.query;
      const request = {
        after: after && asPaymentPosition(after),
        order: 'desc' as const,
        limit: format === undefined ? PAGE_ROWS : MAX_CSV_ROWS,
      };
      const page =
        exact === undefined
          ? await engine.lists.searchPayments(
              { txid, paymentReference: reference, orderId: order, since, until },
              request,
            )
          : await engine.desk.paymentsOfAmount(exact, request);
      if (format === 'csv') return { csv: 'payments', rows: paymentRows(page.rows) };
      const fields = [
        filterField(visit, 'txid', 'Transaction id'),
        filterField(visit, 'reference', 'Payment reference'),
        filterField(visit, 'order', 'Names order'),
        filterField(visit, 'amount', 'Exact amount', { placeholder: '477 XTM' }),
        filterField(visit, 'since', 'From', { placeholder: '2026-11-30' }),
        filterField(visit, 'until', 'Until', { placeholder: '2026-11-30' }),
      ];
      const content = html`${listHead(visit, 'Payments')}${filterForm(visit, fields)}
<div class="card">${paymentTable(page.rows, visit.link, 'Payments, newest first', 'No payment matches these filters.')}
${pagesOf(visit, page.next && writePosition({ createdAt: page.next.createdAt, id: page.next.txid }))}</div>`;
      return { content, live: { types: ['PaymentReceived', 'PaymentConfirmed'] } };
    },
  }),
  definePage<z.output<typeof params>>({
    path: '/payments/:txid',
    title: 'Payment',
    roles: READERS,
    params,
    async show({ params: { txid }, link }) {
      const found = await engine.desk.payment(txid);
      if (found === undefined) throw new DomainError('page_not_found', `of a payment ${txid}`);
      const { payment, order } = found;
      const owner =
        payment.owner === null
          ? null
          : payment.owner.kind === 'account'
            ? 'the wallet that it came from'
            : `${payment.owner.kind} ${payment.owner.id}`;
      return html`<div class="head"><h1>Payment of ${amount(payment.amount)}</h1> ${paymentBadge(payment)}</div>
${card(
  'What is known',
  facts([
    ['Transaction', html`<code>${txid}</code> ${copyButton(txid, 'the transaction id')}`],
    [
      'From',
      html`${wallet(payment.sender, link)} <span class="soft">${payment.claimIsSigned ? 'proven by signature' : 'stated, not proven'}</span>`,
    ],
    ['Order', order === undefined ? payment.orderId : orderLink(order, link)],
    ['Not used up', payment.unspent > 0n && amount(payment.unspent)],
    ['Belongs to', owner],
    ['Came', time(payment.createdAt)],
    ['Last changed', time(payment.updatedAt)],
    ['Block', payment.blockHeight],
    [
      'Payment reference',
      payment.paymentReference &&
        html`<code>${payment.paymentReference}</code> ${copyButton(payment.paymentReference, 'the payment reference')}`,
    ],
  ]),
)}
${payment.memo !== null && payment.memo !== '' && card('What the payer wrote', written(payment.memo))}`;
    },
  }),
];

export function asPaymentPosition({ createdAt, id }: TimePosition<string>): PaymentPosition {
  return { createdAt, txid: id };
}
