import * as z from 'zod';
import { customerId } from '#platform/http/fields.ts';
import { html } from '#platform/http/html.ts';
import { type ConsolePorts, defineForm, type MakePages } from '#support/http/page.ts';
import { amount, facts } from '#support/http/templates/parts.ts';
import { formatTari, type MicroTari, TARI_SUPPLY } from '#tari/micro-tari.ts';
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

/** What operators do for a customer: give credit or take it back, and pay open orders with it. */

const params = z.object({ customer: customerId });

export const customerForms: MakePages = (ports) => [creditForm(ports), settleForm(ports)];

const creditBody = z.object({
  direction: z.enum(['give', 'take'], { error: 'Choose one of the two' }),
  amount: typedAmount(1n, TARI_SUPPLY),
  reason: requiredReason,
});

function creditForm({ services: { engine } }: ConsolePorts) {
  return defineForm<{ customer: string }, z.output<typeof creditBody>>({
    path: '/customers/:customer/credit',
    title: 'Give or take credit',
    roles: ['write'],
    params,
    body: creditBody,
    async show({ params: { customer }, link }, form) {
      const { available } = await engine.accounts.customerHistory(customer, { limit: 1 });
      return actionPage(form, {
        heading: `Credit of customer ${customer}`,
        about: html`<div class="card">${facts([['Can pay orders with', amount(available)]])}</div>`,
        sentence:
          'Credit that is given pays the customer’s open orders at once where it covers them, and the shop is told. No money moves on the chain: to send money back, refund an order.',
        fields: [
          choice(form, 'direction', 'What to do', [
            { value: 'give', label: 'Give credit to the customer' },
            { value: 'take', label: 'Take credit back from the customer' },
          ]),
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
        button: 'Change the credit',
        isDanger: true,
        back: link(`/customers/${encodeURIComponent(customer)}`),
      });
    },
    async submit({ params: { customer }, change }, { direction, amount: typed, reason }) {
      const given = (direction === 'give' ? typed : -typed) as MicroTari;
      const { orders_paid: paid } = await engine.orderChanges.credit(change, {
        customerId: customer,
        amount: given,
        reason,
      });
      const done = direction === 'give' ? 'given to' : 'taken back from';
      const orders = paid.length === 0 ? '' : ` It paid ${paid.map(nameOf).join(', ')}.`;
      return {
        to: `/customers/${encodeURIComponent(customer)}`,
        notice: `${formatTari(typed)} were ${done} customer ${customer}.${orders}`,
      };
    },
  });
}

function settleForm({ services: { engine } }: ConsolePorts) {
  return defineForm<{ customer: string }, unknown>({
    path: '/customers/:customer/settle',
    title: 'Pay open orders from credit',
    roles: ['write'],
    params,
    body: z.object({}),
    async show({ params: { customer }, link }, form) {
      const { available, totals } = await engine.accounts.customerHistory(customer, { limit: 1 });
      return actionPage(form, {
        heading: `Pay the open orders of customer ${customer}`,
        about: html`<div class="card">${facts([
          ['Can pay orders with', amount(available)],
          ['Open orders cost', amount(totals?.current ?? 0n)],
        ])}</div>`,
        sentence:
          'As many open orders as the credit covers whole are paid, the oldest first, and the shop is told. None is paid in part.',
        fields: [],
        button: 'Pay what the credit covers',
        back: link(`/customers/${encodeURIComponent(customer)}`),
      });
    },
    async submit({ params: { customer }, change }) {
      const settled = await engine.orderChanges.settleCustomer(change, customer);
      const notice =
        settled === null
          ? 'No order could be paid: the credit covers none of them whole.'
          : `Paid: ${settled.orders_paid.map(nameOf).join(', ')}.`;
      return { to: `/customers/${encodeURIComponent(customer)}`, notice };
    },
  });
}

function nameOf({ alt_id: name, order_id: id }: { alt_id: string | null; order_id: string }): string {
  return name ?? id;
}
