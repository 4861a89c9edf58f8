import * as z from 'zod';
import type { Assignment } from '#engine/money/held.ts';
import { DomainError } from '#platform/errors.ts';
import { customerId, orderId, transactionId } from '#platform/http/fields.ts';
import { html } from '#platform/http/html.ts';
import { defineForm, type MakePages } from '#support/http/page.ts';
import { address, amount, facts, time, written } from '#support/http/templates/parts.ts';
import { actionPage, choice, field, reasonField, requiredReason } from './form-page.ts';
import { MAX_NAME_LENGTH } from './order-actions.ts';

/** Held money that a person assigns to the order or the customer that it was meant for. */

const body = z
  .object({
    kind: z.enum(['order', 'customer'], { error: 'Choose one of the two' }),
    to: z.string(),
    reason: requiredReason,
  })
  .transform(({ kind, to, reason }, context): { to: Assignment; reason: string } => {
    const found = (kind === 'order' ? orderId : customerId).safeParse(to.trim());
    if (found.success) return { to: kind === 'order' ? { orderId: found.data } : { customerId: found.data }, reason };
    context.issues.push({ code: 'custom', path: ['to'], message: `This is no ${kind}’s id`, input: to });
    return z.NEVER;
  });

export const heldForms: MakePages = ({ services: { engine } }) => [
  defineForm<{ txid: string }, z.output<typeof body>>({
    path: '/held/:txid/assign',
    title: 'Assign held money',
    roles: ['write'],
    params: z.object({ txid: transactionId }),
    body,
    async show({ params: { txid }, link }, form) {
      const [payment] = (await engine.lists.searchPayments({ txid }, { limit: 1 })).rows;
      if (payment === undefined) throw new DomainError('payment_not_held', txid);
      return actionPage(form, {
        heading: 'Assign held money',
        about: html`<div class="card">${facts([
          ['Transaction', html`<code>${payment.txid}</code>`],
          ['Came', html`${amount(payment.amount)} ${time(payment.createdAt)}`],
          ['Not yet used', amount(payment.unspent)],
          ['From', address(payment.sender, link)],
          ['Names', payment.orderId],
          ['Memo', payment.memo !== null && written(payment.memo)],
        ])}</div>`,
        sentence:
          'What is not yet used of this payment belongs to that order or customer from now on, and pays what it covers at once. The shop is told of orders that are paid.',
        fields: [
          choice(form, 'kind', 'Assign it to', [
            { value: 'order', label: 'an open order' },
            { value: 'customer', label: 'a customer, as credit' },
          ]),
          field(form, {
            name: 'to',
            label: 'Order or customer',
            hint: 'The id, or the name of the order in the shop.',
            value: payment.orderId ?? '',
            maxLength: MAX_NAME_LENGTH,
            isRequired: true,
          }),
          reasonField(form),
        ],
        button: 'Assign the money',
        isDanger: true,
        back: link('/held'),
      });
    },
    async submit({ params: { txid }, change }, { to, reason }) {
      const { orders_paid: paid } = await engine.held.assign(change, txid, to, reason);
      const target = 'orderId' in to ? `order ${to.orderId}` : `customer ${to.customerId}`;
      const orders =
        paid.length === 0 ? '' : ` It paid ${paid.map((order) => order.alt_id ?? order.order_id).join(', ')}.`;
      return { to: '/held', notice: `The money of ${txid} belongs to ${target} now.${orders}` };
    },
  }),
];
