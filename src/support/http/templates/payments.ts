import type { Payment } from '#engine/store/payments.ts';
import { type Html, html } from '#platform/http/html.ts';
import type { Link } from '#support/http/page.ts';
import { amount, badge, copyButton, shortened, time } from './parts.ts';
import { wallet } from './story.ts';
import { type Column, table } from './table.ts';

/** Payments as lists show them. */

export function paymentBadge({ status, isLate, unspent, paymentType }: Payment): Html {
  const kind = paymentType === 'manual' && html` ${badge('by hand')}`;
  if (status === 'cancelled') return html`${badge('cancelled', 'bad')}${kind}`;
  if (status === 'received') return html`${badge('not confirmed', 'warn')}${kind}`;
  const late = isLate && html` ${badge('too late', 'bad')}`;
  const left = unspent > 0n && html` ${badge('not used up', 'warn')}`;
  return html`${badge('confirmed', 'good')}${late}${left}${kind}`;
}

export function paymentLink({ txid }: Pick<Payment, 'txid'>, link: Link): Html {
  return html`<a href="${link(`/payments/${encodeURIComponent(txid)}`)}" title="${txid}"><code>${shortened(txid, 8)}</code></a>`;
}

export function namedOrder(orderId: string | null, link: Link): Html | string {
  return orderId === null ? 'none' : html`<a href="${link(`/orders/${encodeURIComponent(orderId)}`)}">${orderId}</a>`;
}

export function paymentColumns(link: Link): readonly Column<Payment>[] {
  return [
    {
      name: 'Transaction',
      cell: (payment) => html`${paymentLink(payment, link)} ${copyButton(payment.txid, 'the transaction id')}`,
    },
    { name: 'Amount', isNumber: true, cell: (payment) => amount(payment.amount) },
    { name: 'State', cell: paymentBadge },
    { name: 'Names order', cell: (payment) => namedOrder(payment.orderId, link) },
    { name: 'From', cell: (payment) => wallet(payment.sender, link) },
    { name: 'Came', cell: (payment) => time(payment.createdAt) },
  ];
}

export function paymentTable(payments: readonly Payment[], link: Link, caption: string, none: string): Html {
  return table(payments, paymentColumns(link), { caption, none });
}

export function paymentRows(payments: readonly Payment[]) {
  const head = [
    'txid',
    'amount_utari',
    'status',
    'type',
    'order_id',
    'sender',
    'unspent_utari',
    'is_late',
    'memo',
    'created_at',
  ];
  const rows = payments.map((payment) => [
    payment.txid,
    payment.amount,
    payment.status,
    payment.paymentType,
    payment.orderId,
    payment.sender,
    payment.unspent,
    String(payment.isLate),
    payment.memo,
    payment.createdAt.toISOString(),
  ]);
  return [head, ...rows];
}
