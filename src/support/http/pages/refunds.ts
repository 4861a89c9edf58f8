import * as z from 'zod';
import { REFUND_STATES, type Refund } from '#payouts/types.ts';
import { rowId } from '#platform/http/fields.ts';
import { type Html, html } from '#platform/http/html.ts';
import { payoutId } from '#support/http/actions/payout-id.ts';
import { APPROVERS, REFUNDERS } from '#support/http/actions/refund-roles.ts';
import { PAGE_ROWS } from '#support/http/cursors.ts';
import { type CsvAnswer, definePage, type MakePages, maySee, READERS, type Visit } from '#support/http/page.ts';
import { address, amount, card, facts, shopPrice, time, written } from '#support/http/templates/parts.ts';
import { refundBadge, refundStateText, refundTable } from '#support/http/templates/refunds.ts';
import { pager } from '#support/http/templates/table.ts';

/** Refunds: the list, and each by itself. */

const MAX_CSV_ROWS = 10_000;

/** The lists that people look at, by what they wait for. */
const GROUPS = {
  approval: ['waiting_for_approval'],
  address: ['waiting_for_address'],
  going: ['approved', 'paying', 'paid'],
  done: ['confirmed'],
  ended: ['cancelled', 'failed'],
} as const satisfies Record<string, readonly Refund['state'][]>;

const GROUP_NAMES: Readonly<Record<keyof typeof GROUPS, string>> = {
  approval: 'Waiting for an approval',
  address: 'Waiting for an address',
  going: 'On their way',
  done: 'Refunded',
  ended: 'Cancelled and failed',
};

const filter = z.object({
  group: z.enum(Object.keys(GROUPS) as [keyof typeof GROUPS]).optional(),
  state: z.enum(REFUND_STATES).optional(),
  after: rowId.optional(),
  format: z.literal('csv').optional(),
});

type Filter = z.output<typeof filter>;

export const refundPages: MakePages = ({ services: { payouts } }) => [
  definePage<unknown, Filter>({
    path: '/refunds',
    title: 'Refunds',
    roles: READERS,
    query: filter,
    async show({ query: { group, state, after, format }, link }) {
      const states = state === undefined ? group && GROUPS[group] : [state];
      const limit = format === 'csv' ? MAX_CSV_ROWS : PAGE_ROWS;
      const page = await payouts.refunds.list({ states }, { after, order: 'desc', limit });
      if (format === 'csv') return csvOf(page.rows);
      const content = html`<div class="head"><h1>Refunds</h1><div class="end"><a class="button" href="${link('/refunds', { group, state, format: 'csv' })}">CSV</a></div></div>
${groupLinks(group, link)}
<div class="card">${refundTable(page.rows, link, 'Refunds, newest first', 'There is no such refund.')}
${pager({
  first: after === undefined ? undefined : link('/refunds', { group, state }),
  next: page.next === undefined ? undefined : link('/refunds', { group, state, after: page.next }),
})}</div>`;
      return {
        content,
        live: { types: ['RefundRequested', 'RefundApproved', 'RefundCancelled', 'PayoutSent', 'PayoutConfirmed'] },
      };
    },
  }),
  definePage<{ id: string }>({
    path: '/refunds/:id',
    title: 'Refund',
    roles: READERS,
    params: z.object({ id: payoutId }),
    async show(visit) {
      const refund = await payouts.refunds.find(visit.params.id);
      const content = html`<div class="head"><h1>Refund no. ${refund.ordinal}</h1>${refundBadge(refund)}</div>
<div class="two"><div>${whatItIs(refund, visit)}${await howItGoesOut(refund, visit)}</div><div>${card('What to do', whatToDo(refund, visit))}</div></div>`;
      return { title: `Refund no. ${refund.ordinal}`, content, live: { subjects: [refund.orderId] } };
    },
  }),
];

function groupLinks(group: Filter['group'], link: Visit['link']): Html {
  const all = html`<li><a href="${link('/refunds')}"${group === undefined && html` aria-current="page"`}>All</a></li>`;
  const links = Object.entries(GROUP_NAMES).map(
    ([name, label]) =>
      html`<li><a href="${link('/refunds', { group: name })}"${name === group && html` aria-current="page"`}>${label}</a></li>`,
  );
  return html`<ul class="presets">${all}${links}</ul>`;
}

const KINDS: Readonly<Record<Refund['kind'], string>> = {
  all: 'all that was left of the order',
  part: 'a part of the order',
  surplus: 'credit of the customer',
  late: 'money that came too late',
};

const ORIGINS: Readonly<Record<Refund['origin'], string>> = {
  operator: '',
  customer: 'by the customer, on the order’s page',
  shop: 'by a refund in the shop',
};

const ADDRESS_ORIGINS = {
  payer: 'the wallet that paid',
  customer: 'entered by the customer',
  operator: 'entered by an operator',
} as const;

function whatItIs(refund: Refund, { link }: Visit<{ id: string }>): Html {
  const { address: to } = refund;
  return card(
    'What goes back',
    html`${facts([
      ['Amount', html`${amount(refund.amount)} ${shopPrice(refund.shopAmount, refund.currency ?? '')}`],
      ['That is', KINDS[refund.kind]],
      ['Order', html`<a href="${link(`/orders/${encodeURIComponent(refund.orderId)}`)}">${refund.orderId}</a>`],
      [
        'Customer',
        html`<a href="${link(`/customers/${encodeURIComponent(refund.customerId)}`)}">${refund.customerId}</a>`,
      ],
      ['Asked for', html`${time(refund.createdAt)} by ${refund.requestedBy} ${ORIGINS[refund.origin]}`],
      [
        'Goes to',
        to === null
          ? 'not known yet'
          : html`${address(to.address, link)}<br><small>${ADDRESS_ORIGINS[to.from]}, ${to.proven ? 'proven by a signature' : 'proven by nothing'}</small>`,
      ],
      ['Needs a second person', refund.needsApproval],
      ['Approved', refund.approvedAt !== null && html`${time(refund.approvedAt)} by ${refund.approvedBy}`],
      ['In the shop', refund.recordInShop ? 'is recorded there once it is confirmed' : 'is not recorded there'],
      ['Ended', refund.endReason !== null && written(refund.endReason)],
    ])}
<h3>Reason${refund.visibleToCustomer && html` <small class="soft">the customer sees it</small>`}</h3>${written(refund.reason)}`,
  );
}

async function howItGoesOut({ payoutId }: Refund, { link }: Visit<{ id: string }>): Promise<Html | false> {
  if (payoutId === null) return false;
  return card(
    'How it goes out',
    html`<p><a href="${link(`/payouts/${encodeURIComponent(payoutId)}`)}">The payout</a> says which wallet has it, and its transaction.</p>`,
  );
}

const CANCELLABLE: ReadonlySet<Refund['state']> = new Set(['waiting_for_address', 'waiting_for_approval', 'approved']);

/** What this visitor can do now, or who can. */
function whatToDo(refund: Refund, { visitor, link }: Visit<{ id: string }>): Html {
  const to = (action: string) => link(`/refunds/${encodeURIComponent(refund.id)}/${action}`);
  const isWaiting = refund.state === 'waiting_for_approval';
  const isOwn = visitor.principal === refund.requestedBy;
  const mayApprove = maySee(visitor, APPROVERS);
  const mayChange = maySee(visitor, REFUNDERS);
  const actions = [
    isWaiting && mayApprove && !isOwn && html`<a class="button main" href="${to('approve')}">Approve…</a>`,
    (isWaiting || refund.state === 'waiting_for_address') &&
      mayChange &&
      html`<a class="button" href="${to('address')}">Set the address…</a>`,
    CANCELLABLE.has(refund.state) && mayChange && html`<a class="button" href="${to('cancel')}">Cancel…</a>`,
  ].filter((action) => action !== false);
  return html`${isWaiting && isOwn && html`<p>You have asked for it yourself: somebody else must approve it.</p>`}
${isWaiting && !mayApprove && html`<p>Somebody with the role <code>finance</code> must approve it.</p>`}
${actions.length > 0 ? html`<ul class="actions">${actions.map((action) => html`<li>${action}</li>`)}</ul>` : html`<p>Nothing: it is ${refundStateText(refund.state)}.</p>`}`;
}

function csvOf(refunds: readonly Refund[]): CsvAnswer {
  const columns = [
    'number',
    'id',
    'state',
    'amount_utari',
    'shop_amount',
    'currency',
    'order_id',
    'customer_id',
    'kind',
    'address',
    'reason',
    'requested_by',
    'approved_by',
    'created_at',
  ];
  const rows = refunds.map((refund) => [
    refund.ordinal,
    refund.id,
    refund.state,
    refund.amount,
    refund.shopAmount,
    refund.currency,
    refund.orderId,
    refund.customerId,
    refund.kind,
    refund.address?.address,
    refund.reason,
    refund.requestedBy,
    refund.approvedBy,
    refund.createdAt.toISOString(),
  ]);
  return { csv: 'refunds', rows: [columns, ...rows] };
}
