import * as z from 'zod';
import type { Outcome, Payout } from '#payouts/types.ts';
import { transactionId } from '#platform/http/fields.ts';
import { type Html, html } from '#platform/http/html.ts';
import { type AnyPage, type ConsolePorts, defineForm, type MakePages, type Visit } from '#support/http/page.ts';
import { address, amount, facts, time } from '#support/http/templates/parts.ts';
import { payoutBadge } from '#support/http/templates/refunds.ts';
import { formatTari } from '#tari/micro-tari.ts';
import { type ApprovalBody, approvalBody, approvalPage, evidenceOf } from './approval.ts';
import {
  AMOUNT_HINT,
  actionPage,
  choice,
  field,
  MAX_AMOUNT_LENGTH,
  reasonField,
  requiredReason,
  typedAmount,
} from './form-page.ts';
import { payoutId } from './payout-id.ts';
import { notPossible } from './refund-forms.ts';
import { APPROVERS } from './refund-roles.ts';

/** What people do with payouts: stop all of them, sweep to the owner, and say what came of one whose fate is unknown. */

const params = z.object({ id: payoutId });

type Params = z.output<typeof params>;

export const payoutForms: MakePages = (ports) => [
  switchForm(ports),
  sweepForm(ports),
  approveSweepForm(ports),
  cancelSweepForm(ports),
  resolveForm(ports),
];

function pathOf({ id }: Pick<Payout, 'id'>): string {
  return `/payouts/${encodeURIComponent(id)}`;
}

function aboutPayout(payout: Payout, link: Visit['link']): Html {
  return html`<div class="card">${facts([
    ['Payout', html`no. ${payout.ordinal} ${payoutBadge(payout)}`],
    ['Amount', amount(payout.amount)],
    ['Goes to', html`${address(payout.address, link)} <code class="whole">${payout.address}</code>`],
    ['Wallet', payout.leasedBy !== null && address(payout.leasedBy, link)],
    ['Started', payout.startedAt !== null && time(payout.startedAt)],
    ['Transaction', payout.txid],
    ['Asked for by', payout.requestedBy],
    ['Id', html`<code>${payout.id}</code>`],
    ['What went wrong', payout.problem],
    ['Reason', payout.reason],
  ])}</div>`;
}

function switchForm({ services: { payouts } }: ConsolePorts): AnyPage {
  return defineForm<unknown, { stop: 'yes' | 'no'; reason: string }>({
    path: '/payouts/switch',
    title: 'Stop payouts',
    roles: APPROVERS,
    body: z.object({ stop: z.enum(['yes', 'no']), reason: requiredReason }),
    async show({ link }, form) {
      const { isStopped } = await payouts.limits.show();
      return actionPage(form, {
        heading: isStopped ? 'Let payouts go on?' : 'Stop all payouts?',
        sentence: isStopped
          ? 'Wallets get what is approved again.'
          : 'No wallet gets a payout, and none may start one, until somebody lets them go on. What a wallet has begun to send goes out all the same.',
        fields: [html`<input type="hidden" name="stop" value="${isStopped ? 'no' : 'yes'}">`, reasonField(form)],
        button: isStopped ? 'Let payouts go on' : 'Stop all payouts',
        isDanger: true,
        back: link('/payouts'),
      });
    },
    async submit({ change }, { stop, reason }) {
      const { is_stopped: isStopped } = await payouts.limits.setStopped(change, stop === 'yes', reason);
      return { to: '/payouts', notice: isStopped ? 'All payouts are stopped.' : 'Payouts go on.' };
    },
  });
}

const sweepBody = z.object({ amount: typedAmount(1n), reason: requiredReason });

function sweepForm({ services: { payouts } }: ConsolePorts): AnyPage {
  return defineForm<unknown, z.output<typeof sweepBody>>({
    path: '/payouts/sweep',
    title: 'Sweep to the owner',
    roles: APPROVERS,
    body: sweepBody,
    isDangerous: true,
    async show({ link }, form) {
      const { coldAddress } = await payouts.limits.show();
      if (coldAddress === null) {
        return notPossible(
          'Sweep to the owner',
          html``,
          'TPG_COLD_ADDRESS is not set: it says where the owner’s money goes.',
          link('/payouts'),
        );
      }
      return actionPage(form, {
        heading: 'Sweep to the owner',
        about: html`<div class="card">${facts([['Goes to', html`${address(coldAddress, link)} <code class="whole">${coldAddress}</code>`]])}</div>`,
        sentence:
          'Money that belongs to the shop goes to the owner’s address, after a second person has approved it. What is owed to customers stays.',
        fields: [
          field(form, {
            name: 'amount',
            label: 'Amount',
            hint: AMOUNT_HINT,
            maxLength: MAX_AMOUNT_LENGTH,
            isRequired: true,
            kind: 'amount',
          }),
          reasonField(form),
        ],
        button: 'Ask for the sweep',
        back: link('/payouts'),
      });
    },
    async submit({ change }, asked) {
      const payout = await payouts.sweeps.request(change, asked);
      return { to: pathOf(payout), notice: `A sweep of ${formatTari(payout.amount)} waits for a second person.` };
    },
  });
}

function approveSweepForm({ services: { payouts, auth } }: ConsolePorts): AnyPage {
  return defineForm<Params, ApprovalBody>({
    path: '/payouts/:id/approve',
    title: 'Approve a sweep',
    roles: APPROVERS,
    params,
    body: approvalBody,
    isDangerous: true,
    async show(visit, form) {
      const payout = await payouts.payouts.find(visit.params.id);
      const { id, amount: approved, address: to, approvalHash: hash, kind, state } = payout;
      const back = visit.link(pathOf(payout));
      if (kind !== 'sweep' || state !== 'waiting_for_approval') {
        return notPossible(
          'Approve a sweep',
          aboutPayout(payout, visit.link),
          'It is no sweep that waits for an approval.',
          back,
        );
      }
      return approvalPage(auth.people, visit, form, {
        id,
        amount: approved,
        address: to,
        hash,
        heading: `Approve the sweep of ${formatTari(approved)}?`,
        about: aboutPayout(payout, visit.link),
        sentence: 'A wallet of the shop sends it to the owner’s address next.',
        button: `Approve ${formatTari(approved)} with my passkey`,
        back,
      });
    },
    async submit(visit, given) {
      const { id, amount: approved, address: to } = await payouts.payouts.find(visit.params.id);
      const approval = await evidenceOf(
        auth.people,
        visit,
        { id, amount: approved, address: to, hash: given.hash },
        given,
      );
      const payout = await payouts.sweeps.approve(visit.change, id, approval);
      return { to: pathOf(payout), notice: `The sweep of ${formatTari(approved)} is approved.` };
    },
  });
}

function cancelSweepForm({ services: { payouts } }: ConsolePorts): AnyPage {
  return defineForm<Params, { reason: string }>({
    path: '/payouts/:id/cancel',
    title: 'Cancel a sweep',
    roles: APPROVERS,
    params,
    body: z.object({ reason: requiredReason }),
    async show({ params: { id }, link }, form) {
      const payout = await payouts.payouts.find(id);
      return actionPage(form, {
        heading: 'Cancel the sweep?',
        about: aboutPayout(payout, link),
        sentence: 'The money stays with the shop. What a wallet has already begun to send cannot be cancelled.',
        fields: [reasonField(form)],
        button: `Cancel the sweep of ${formatTari(payout.amount)}`,
        isDanger: true,
        back: link(pathOf(payout)),
      });
    },
    async submit({ params: { id }, change }, { reason }) {
      const payout = await payouts.sweeps.cancel(change, id, reason);
      return { to: pathOf(payout), notice: 'The sweep is cancelled.' };
    },
  });
}

const resolveBody = z
  .object({
    outcome: z.enum(['sent', 'not_sent'], { error: 'Choose what came of it' }),
    txid: z.string().default(''),
    reason: requiredReason,
  })
  .transform(({ outcome, txid, reason }, context): { outcome: Outcome; reason: string } => {
    if (outcome === 'not_sent') return { outcome: { sent: false }, reason };
    const parsed = transactionId.safeParse(txid.trim());
    if (parsed.success) return { outcome: { sent: true, txid: parsed.data }, reason };
    context.issues.push({
      code: 'custom',
      path: ['txid'],
      message: 'Write the transaction that the wallet shows',
      input: txid,
    });
    return z.NEVER;
  });

const MAX_TXID_LENGTH = 128;

function resolveForm({ services: { payouts } }: ConsolePorts): AnyPage {
  return defineForm<Params, z.output<typeof resolveBody>>({
    path: '/payouts/:id/resolve',
    title: 'Say what came of a payout',
    roles: APPROVERS,
    params,
    body: resolveBody,
    isDangerous: true,
    async show({ params: { id }, link }, form) {
      const payout = await payouts.payouts.find(id);
      const back = link(pathOf(payout));
      if (payout.state !== 'unknown' && payout.state !== 'leased') {
        return notPossible('Say what came of it', aboutPayout(payout, link), 'Its fate is not in question.', back);
      }
      return actionPage(form, {
        heading: 'What came of this payout?',
        about: aboutPayout(payout, link),
        sentence:
          'Look into the wallet first. If you say that it was not sent, its money is free again: had it been sent all the same, it would be paid twice.',
        fields: [
          choice(form, 'outcome', 'The wallet shows that', [
            { value: 'sent', label: 'it was sent, by this transaction (below)' },
            { value: 'not_sent', label: 'it was not sent, and never will be' },
          ]),
          field(form, { name: 'txid', label: 'Transaction', maxLength: MAX_TXID_LENGTH }),
          reasonField(form, 'For the audit log: where you looked, and what you saw.'),
        ],
        button: 'Say so',
        isDanger: true,
        back,
      });
    },
    async submit({ params: { id }, change }, { outcome, reason }) {
      const payout = await payouts.payouts.resolve(change, id, outcome, reason);
      return {
        to: pathOf(payout),
        notice: outcome.sent ? 'It counts as sent.' : 'It counts as not sent, and its money is back.',
      };
    },
  });
}
