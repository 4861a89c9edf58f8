import * as z from 'zod';
import type { Refund } from '#payouts/types.ts';
import { DomainError } from '#platform/errors.ts';
import { type Html, html } from '#platform/http/html.ts';
import { type AnyPage, type ConsolePorts, defineForm, type MakePages, type Visit } from '#support/http/page.ts';
import { address, amount, facts, shopPrice } from '#support/http/templates/parts.ts';
import { refundBadge } from '#support/http/templates/refunds.ts';
import { formatTari } from '#tari/micro-tari.ts';
import { MAX_ADDRESS_LENGTH, typedAddress } from './address-field.ts';
import { type ApprovalBody, approvalBody, approvalPage, evidenceOf } from './approval.ts';
import { actionPage, choice, field, reasonField, requiredReason } from './form-page.ts';
import { payoutId } from './payout-id.ts';
import { refundRequestForm } from './refund-request.ts';
import { APPROVERS, REFUNDERS } from './refund-roles.ts';

/** What people do with a refund that was asked for. */

const params = z.object({ id: payoutId });

type Params = z.output<typeof params>;

export const refundForms: MakePages = (ports) => [
  refundRequestForm(ports),
  approveForm(ports),
  addressForm(ports),
  cancelForm(ports),
];

function pathOf({ id }: Pick<Refund, 'id'>): string {
  return `/refunds/${encodeURIComponent(id)}`;
}

export function aboutRefund(refund: Refund, link: Visit['link']): Html {
  return html`<div class="card">${facts([
    ['Refund', html`no. ${refund.ordinal} ${refundBadge(refund)}`],
    ['Amount', html`${amount(refund.amount)} ${shopPrice(refund.shopAmount, refund.currency ?? '')}`],
    ['Order', html`<a href="${link(`/orders/${encodeURIComponent(refund.orderId)}`)}">${refund.orderId}</a>`],
    [
      'Goes to',
      refund.address === null
        ? 'not known yet'
        : html`${address(refund.address.address, link)} <code class="whole">${refund.address.address}</code>`,
    ],
    ['That address', refund.address !== null && originText(refund.address)],
    ['Asked for by', refund.requestedBy],
    ['Why a second person', refund.needsApproval],
    ['Reason', refund.reason],
  ])}</div>`;
}

function originText({ from, proven }: NonNullable<Refund['address']>): string {
  const origins = {
    payer: 'paid the order',
    customer: 'was entered by the customer',
    operator: 'was entered by an operator',
  };
  return `${origins[from]}, and is proven by ${proven ? 'a signature' : 'nothing'}`;
}

function approveForm({ services: { payouts, auth } }: ConsolePorts): AnyPage {
  return defineForm<Params, ApprovalBody>({
    path: '/refunds/:id/approve',
    title: 'Approve a refund',
    roles: APPROVERS,
    params,
    body: approvalBody,
    isDangerous: true,
    async show(visit, form) {
      const refund = await payouts.refunds.find(visit.params.id);
      const { id, amount: approved, address: to, approvalHash: hash } = refund;
      const back = visit.link(pathOf(refund));
      if (refund.state !== 'waiting_for_approval' || to === null || hash === null) {
        return notPossible(
          'Approve a refund',
          aboutRefund(refund, visit.link),
          'It does not wait for an approval.',
          back,
        );
      }
      return approvalPage(auth.people, visit, form, {
        id,
        amount: approved,
        address: to.address,
        hash,
        heading: `Approve ${formatTari(approved)}?`,
        about: aboutRefund(refund, visit.link),
        sentence: 'A wallet of the shop sends it next. Nobody can take it back then.',
        button: `Approve ${formatTari(approved)} with my passkey`,
        back,
      });
    },
    async submit(visit, given) {
      const refund = await payouts.refunds.find(visit.params.id);
      const { id, amount: approved, address: to } = refund;
      if (to === null) throw new DomainError('refund_change_forbidden', 'It has no address yet.');
      const approval = await evidenceOf(
        auth.people,
        visit,
        { id, amount: approved, address: to.address, hash: given.hash },
        given,
      );
      await payouts.refunds.approve(visit.change, id, approval);
      return { to: pathOf(refund), notice: `${formatTari(approved)} are approved. The wallet sends them next.` };
    },
  });
}

const addressBody = z
  .object({
    to: z.enum(['payer', 'address'], { error: 'Choose where it goes' }),
    address: z.string().max(MAX_ADDRESS_LENGTH).default(''),
  })
  .transform(({ to, address: typed }, context): 'payer' | { address: string } => {
    if (to === 'payer') return to;
    const parsed = typedAddress.safeParse(typed);
    if (parsed.success) return { address: parsed.data };
    context.issues.push({
      code: 'custom',
      path: ['address'],
      message: parsed.error.issues[0]?.message ?? '',
      input: typed,
    });
    return z.NEVER;
  });

function addressForm({ services: { payouts } }: ConsolePorts): AnyPage {
  return defineForm<Params, z.output<typeof addressBody>>({
    path: '/refunds/:id/address',
    title: 'Set the address',
    roles: REFUNDERS,
    params,
    body: addressBody,
    async show({ params: { id }, link }, form) {
      const refund = await payouts.refunds.find(id);
      return actionPage(form, {
        heading: 'Where does the refund go?',
        about: aboutRefund(refund, link),
        sentence:
          'An address that is entered here must be approved by a second person, who sees who entered it. Ask the customer to sign with the wallet if you are not sure whose it is.',
        fields: [
          choice(form, 'to', 'It goes to', [
            { value: 'payer', label: 'the wallet that paid' },
            { value: 'address', label: 'this address (below)' },
          ]),
          field(form, { name: 'address', label: 'Address', maxLength: MAX_ADDRESS_LENGTH }),
        ],
        button: 'Set the address',
        back: link(pathOf(refund)),
      });
    },
    async submit({ params: { id }, change }, to) {
      const refund = await payouts.refunds.setAddress(change, id, to, 'operator');
      return { to: pathOf(refund), notice: 'The address is set.' };
    },
  });
}

function cancelForm({ services: { payouts } }: ConsolePorts): AnyPage {
  return defineForm<Params, { reason: string }>({
    path: '/refunds/:id/cancel',
    title: 'Cancel a refund',
    roles: REFUNDERS,
    params,
    body: z.object({ reason: requiredReason }),
    async show({ params: { id }, link }, form) {
      const refund = await payouts.refunds.find(id);
      return actionPage(form, {
        heading: 'Cancel the refund?',
        about: aboutRefund(refund, link),
        sentence:
          'The money comes back into the books where it was taken from. What a wallet has already begun to send cannot be cancelled.',
        fields: [reasonField(form)],
        button: `Cancel the refund of ${formatTari(refund.amount)}`,
        isDanger: true,
        back: link(pathOf(refund)),
      });
    },
    async submit({ params: { id }, change }, { reason }) {
      const refund = await payouts.refunds.cancel(change, id, reason);
      return { to: pathOf(refund), notice: 'The refund is cancelled, and its money is back.' };
    },
  });
}

export function notPossible(heading: string, about: Html, sentence: string, back: string) {
  const content = html`<h1>${heading}</h1>${about}<div class="card"><p>${sentence}</p><p><a class="button" href="${back}">Back</a></p></div>`;
  return { title: heading, content, status: 409 };
}
