import * as z from 'zod';
import { PAYOUT_STATES, type Payout, type PayoutConditions } from '#payouts/types.ts';
import { rowId } from '#platform/http/fields.ts';
import { type Html, html } from '#platform/http/html.ts';
import { payoutId } from '#support/http/actions/payout-id.ts';
import { APPROVERS } from '#support/http/actions/refund-roles.ts';
import { PAGE_ROWS } from '#support/http/cursors.ts';
import { type CsvAnswer, definePage, type MakePages, maySee, READERS, type Visit } from '#support/http/page.ts';
import { address, amount, card, facts, time, written } from '#support/http/templates/parts.ts';
import { payoutBadge, payoutStateText, payoutTable } from '#support/http/templates/refunds.ts';
import { pager } from '#support/http/templates/table.ts';

/** Payouts: what wallets are to pay, are paying and have paid; and the switch that stops them. */

const MAX_CSV_ROWS = 10_000;

const filter = z.object({
  state: z.enum(PAYOUT_STATES).optional(),
  after: rowId.optional(),
  format: z.literal('csv').optional(),
});

type Filter = z.output<typeof filter>;

export const payoutPages: MakePages = ({ services: { payouts } }) => [
  definePage<unknown, Filter>({
    path: '/payouts',
    title: 'Payouts',
    roles: READERS,
    query: filter,
    async show(visit) {
      const { state, after, format } = visit.query;
      const { link } = visit;
      const limit = format === 'csv' ? MAX_CSV_ROWS : PAGE_ROWS;
      const page = await payouts.payouts.list({ states: state && [state] }, { after, order: 'desc', limit });
      if (format === 'csv') return csvOf(page.rows);
      const content = html`<div class="head"><h1>Payouts</h1><div class="end"><a class="button" href="${link('/payouts', { state, format: 'csv' })}">CSV</a></div></div>
${conditions(await payouts.limits.show(), visit)}
${stateLinks(state, link)}
<div class="card">${payoutTable(page.rows, link, 'Payouts, newest first', 'There is no such payout.')}
${pager({
  first: after === undefined ? undefined : link('/payouts', { state }),
  next: page.next === undefined ? undefined : link('/payouts', { state, after: page.next }),
})}</div>`;
      return {
        content,
        live: { types: ['RefundApproved', 'PayoutSent', 'PayoutConfirmed', 'PayoutFailed', 'PayoutUnknown'] },
      };
    },
  }),
  definePage<{ id: string }>({
    path: '/payouts/:id',
    title: 'Payout',
    roles: READERS,
    params: z.object({ id: payoutId }),
    async show(visit) {
      const payout = await payouts.payouts.find(visit.params.id);
      const content = html`<div class="head"><h1>Payout no. ${payout.ordinal}</h1>${payoutBadge(payout)}</div>
<div class="two"><div>${whatItIs(payout, visit)}</div><div>${card('What to do', whatToDo(payout, visit))}</div></div>`;
      return { title: `Payout no. ${payout.ordinal}`, content, live: { subjects: [payout.orderId ?? payout.id] } };
    },
  }),
];

function conditions(now: PayoutConditions, { visitor, link }: Visit<unknown, Filter>): Html {
  const may = maySee(visitor, APPROVERS);
  const turn = now.isStopped ? 'Let payouts go on…' : 'Stop all payouts…';
  return html`<div class="card">${now.isStopped ? html`<p class="problem"><b>Payouts are stopped</b> since ${now.stoppedAt !== null && time(now.stoppedAt)} by ${now.stoppedBy}: ${now.stopReason}</p>` : html`<p>Wallets get what is approved.</p>`}
${facts([
  ['Without a second person, each person and day', amount(now.refundLimit)],
  ['Without a second person, each day in all', amount(now.dailyLimit)],
  ['Approved today', amount(now.approvedToday)],
  ['Sweeps go to', now.coldAddress === null ? 'nowhere: TPG_COLD_ADDRESS is not set' : address(now.coldAddress, link)],
])}
${may && html`<ul class="actions"><li><a class="button" href="${link('/payouts/switch')}">${turn}</a></li>${now.coldAddress !== null && html`<li><a class="button" href="${link('/payouts/sweep')}">Sweep to the owner…</a></li>`}</ul>`}</div>`;
}

function stateLinks(state: Filter['state'], link: Visit['link']): Html {
  const all = html`<li><a href="${link('/payouts')}"${state === undefined && html` aria-current="page"`}>All</a></li>`;
  const links = PAYOUT_STATES.map(
    (one) =>
      html`<li><a href="${link('/payouts', { state: one })}"${one === state && html` aria-current="page"`}>${payoutStateText(one)}</a></li>`,
  );
  return html`<ul class="presets">${all}${links}</ul>`;
}

function whatItIs(payout: Payout, { link }: Visit<{ id: string }>): Html {
  return card(
    'What goes out',
    html`${facts([
      ['Amount', amount(payout.amount)],
      [
        'For',
        payout.refundId === null
          ? 'a sweep to the owner’s address'
          : html`<a href="${link(`/refunds/${encodeURIComponent(payout.refundId)}`)}">a refund</a> of order <a href="${link(`/orders/${encodeURIComponent(payout.orderId ?? '')}`)}">${payout.orderId}</a>`,
      ],
      ['Goes to', address(payout.address, link)],
      ['Asked for', html`${time(payout.createdAt)} by ${payout.requestedBy}`],
      ['Approved', payout.approvedAt !== null && html`${time(payout.approvedAt)} by ${payout.approvedBy}`],
      [
        'Wallet',
        payout.leasedBy !== null &&
          html`${address(payout.leasedBy, link)}${payout.leaseUntil !== null && html` until ${time(payout.leaseUntil)}`}`,
      ],
      ['Started', payout.startedAt !== null && time(payout.startedAt)],
      ['Transaction', payout.txid !== null && html`<code>${payout.txid}</code>`],
      ['Sent', payout.sentAt !== null && time(payout.sentAt)],
      ['Confirmed', payout.confirmedAt !== null && time(payout.confirmedAt)],
      ['What went wrong', payout.problem !== null && written(payout.problem)],
      ['Id', html`<code>${payout.id}</code>`],
    ])}
<h3>Reason</h3>${written(payout.reason)}`,
  );
}

function whatToDo(payout: Payout, { visitor, link }: Visit<{ id: string }>): Html {
  const to = (action: string) => link(`/payouts/${encodeURIComponent(payout.id)}/${action}`);
  const { state, kind } = payout;
  const may = maySee(visitor, APPROVERS);
  if (state === 'unknown') {
    return html`<p>Look into the wallet that had it, for its id or its amount and address. It is never paid again by itself.</p>
${may ? html`<ul class="actions"><li><a class="button main" href="${to('resolve')}">Say what came of it…</a></li></ul>` : html`<p>Then somebody with the role <code>finance</code> says here what came of it.</p>`}`;
  }
  const isWaitingSweep = kind === 'sweep' && state === 'waiting_for_approval';
  const isOwn = visitor.principal === payout.requestedBy;
  const actions = [
    isWaitingSweep && may && !isOwn && html`<a class="button main" href="${to('approve')}">Approve…</a>`,
    kind === 'sweep' &&
      (isWaitingSweep || state === 'approved') &&
      may &&
      html`<a class="button" href="${to('cancel')}">Cancel…</a>`,
  ].filter((action) => action !== false);
  if (actions.length > 0) return html`<ul class="actions">${actions.map((action) => html`<li>${action}</li>`)}</ul>`;
  return html`<p>Nothing: it is ${payoutStateText(state)}.</p>`;
}

function csvOf(payouts: readonly Payout[]): CsvAnswer {
  const columns = [
    'number',
    'id',
    'kind',
    'state',
    'amount_utari',
    'address',
    'order_id',
    'refund_id',
    'txid',
    'approved_by',
    'created_at',
    'sent_at',
    'confirmed_at',
  ];
  const rows = payouts.map((payout) => [
    payout.ordinal,
    payout.id,
    payout.kind,
    payout.state,
    payout.amount,
    payout.address,
    payout.orderId,
    payout.refundId,
    payout.txid,
    payout.approvedBy,
    payout.createdAt.toISOString(),
    payout.sentAt?.toISOString(),
    payout.confirmedAt?.toISOString(),
  ]);
  return { csv: 'payouts', rows: [columns, ...rows] };
}
