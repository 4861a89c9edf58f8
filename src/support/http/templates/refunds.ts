import type { Payout, PayoutState, Refund, RefundState } from '#payouts/types.ts';
import { type Html, html } from '#platform/http/html.ts';
import type { Link } from '#support/http/page.ts';
import { address, amount, badge, shopPrice, type Tone, time } from './parts.ts';
import { type Column, table } from './table.ts';

/** Refunds and payouts as lists and pages show them. */

const REFUND_WORDS: Readonly<Record<RefundState, readonly [words: string, tone: Tone]>> = {
  waiting_for_address: ['waiting for the customer’s address', 'warn'],
  waiting_for_approval: ['waiting for an approval', 'warn'],
  approved: ['approved, waiting for the wallet', 'plain'],
  paying: ['with a wallet', 'plain'],
  paid: ['sent', 'plain'],
  confirmed: ['refunded', 'good'],
  cancelled: ['cancelled', 'bad'],
  failed: ['failed', 'bad'],
};

const PAYOUT_WORDS: Readonly<Record<PayoutState, readonly [words: string, tone: Tone]>> = {
  waiting_for_approval: ['waiting for an approval', 'warn'],
  approved: ['waiting for the wallet', 'plain'],
  leased: ['with a wallet', 'plain'],
  sent: ['sent', 'plain'],
  confirmed: ['confirmed', 'good'],
  unknown: ['unknown: it may have been sent', 'bad'],
  failed: ['failed', 'bad'],
  cancelled: ['cancelled', 'bad'],
};

export function refundBadge({ state }: Pick<Refund, 'state'>): Html {
  return badge(...REFUND_WORDS[state]);
}

export function payoutBadge({ state }: Pick<Payout, 'state'>): Html {
  return badge(...PAYOUT_WORDS[state]);
}

export function refundStateText(state: RefundState): string {
  return REFUND_WORDS[state][0];
}

export function payoutStateText(state: PayoutState): string {
  return PAYOUT_WORDS[state][0];
}

export function refundPath(id: string, link: Link): string {
  return link(`/refunds/${encodeURIComponent(id)}`);
}

export function refundTable(refunds: readonly Refund[], link: Link, caption: string, none: string): Html {
  const columns: Column<Refund>[] = [
    { name: 'Refund', cell: ({ id, ordinal }) => html`<a href="${refundPath(id, link)}">No. ${ordinal}</a>` },
    { name: 'State', cell: refundBadge },
    {
      name: 'Amount',
      isNumber: true,
      cell: (refund) => html`${amount(refund.amount)} ${shopPrice(refund.shopAmount, refund.currency ?? '')}`,
    },
    {
      name: 'Order',
      cell: ({ orderId }) => html`<a href="${link(`/orders/${encodeURIComponent(orderId)}`)}">${orderId}</a>`,
    },
    {
      name: 'To',
      cell: (refund) => (refund.address === null ? 'not known yet' : address(refund.address.address, link)),
    },
    {
      name: 'Asked for',
      cell: ({ createdAt, requestedBy }) => html`${time(createdAt)} <small class="soft">${requestedBy}</small>`,
    },
  ];
  return table(refunds, columns, { caption, none });
}

export function payoutTable(payouts: readonly Payout[], link: Link, caption: string, none: string): Html {
  const columns: Column<Payout>[] = [
    {
      name: 'Payout',
      cell: ({ id, ordinal }) => html`<a href="${link(`/payouts/${encodeURIComponent(id)}`)}">No. ${ordinal}</a>`,
    },
    { name: 'State', cell: payoutBadge },
    { name: 'Amount', isNumber: true, cell: (payout) => amount(payout.amount) },
    {
      name: 'For',
      cell: ({ refundId }) =>
        refundId === null ? 'the owner (sweep)' : html`<a href="${refundPath(refundId, link)}">a refund</a>`,
    },
    { name: 'To', cell: (payout) => address(payout.address, link) },
    { name: 'Transaction', cell: ({ txid }) => txid !== null && html`<code>${txid}</code>` },
    { name: 'Since', cell: ({ updatedAt }) => time(updatedAt) },
  ];
  return table(payouts, columns, { caption, none });
}
