import * as z from 'zod';
import type { Order } from '#engine/store/orders.ts';
import { DomainError } from '#platform/errors.ts';
import { customerId, orderId } from '#platform/http/fields.ts';
import { html } from '#platform/http/html.ts';
import {
  type AnyPage,
  type ConsolePorts,
  defineForm,
  type FormState,
  type MakePages,
  type Submission,
} from '#support/http/page.ts';
import { moneyText, nameOf, statusBadge } from '#support/http/templates/orders.ts';
import { amount, amountText, facts, shopPrice } from '#support/http/templates/parts.ts';
import { formatTari } from '#tari/micro-tari.ts';
import { MAX_MEMO_LENGTH } from '#tari/text-limits.ts';
import {
  type ActionPage,
  AMOUNT_HINT,
  actionPage,
  field,
  MAX_AMOUNT_LENGTH,
  reasonField,
  requiredReason,
  typedAmount,
  typedText,
} from './form-page.ts';
import { MAX_NAME_LENGTH, ORDER_ACTIONS, type OrderActionName } from './order-actions.ts';

/** What operators change of one order. Each is the operator action of the same name, with the form's idempotency key. */

const params = z.object({ order: orderId });
const onlyReason = z.object({ reason: requiredReason });

interface OrderForm<Body> {
  action: OrderActionName;
  body: z.ZodType<Body>;
  /** What the form says and asks of this order. */
  page(order: Order, form: FormState): Omit<ActionPage, 'heading' | 'about' | 'back'>;
  submit(visit: Submission, order: Order, body: Body): Promise<unknown>;
  /** Said on the order's page afterwards. */
  notice(order: Order, body: Body): string;
}

export const orderForms: MakePages = (ports) => [
  ...ofPaying(ports),
  ...ofChanging(ports),
  ...(ports.settings.hasShop ? [] : [resetForm(ports)]),
];

function orderForm<Body>({ services: { engine } }: ConsolePorts, form: OrderForm<Body>): AnyPage {
  const { path, title, roles, isPossible } = ORDER_ACTIONS[form.action];
  const find = async (id: string): Promise<Order> => {
    const found = await engine.accounts.anyOrder(id);
    if (found === undefined) throw new DomainError('order_not_found', id);
    return found.order;
  };
  return defineForm<{ order: string }, Body>({
    path,
    title,
    roles,
    params,
    body: form.body,
    async show({ params: { order: id }, link }, state) {
      const order = await find(id);
      const back = link(`/orders/${encodeURIComponent(order.orderId)}`);
      const heading = `${title}: ${nameOf(order)}`;
      if (!isPossible(order)) {
        const content = html`<h1>${heading}</h1>${aboutOrder(order)}<div class="card"><p>That is not possible: the order is ${order.status}.</p><p><a class="button" href="${back}">Back to the order</a></p></div>`;
        return { title: heading, content, status: 409 };
      }
      const page = { ...form.page(order, state), heading, about: aboutOrder(order), back };
      return { title: heading, content: actionPage(state, page) };
    },
    async submit(visit, body) {
      const order = await find(visit.params.order);
      await form.submit(visit, order, body);
      return { to: `/orders/${encodeURIComponent(order.orderId)}`, notice: form.notice(order, body) };
    },
  });
}

function aboutOrder(order: Order) {
  return html`<div class="card">${facts([
    ['Order', html`${nameOf(order)} ${statusBadge(order)}`],
    ['Price', html`${amount(order.totalPrice)} ${shopPrice(order.originalPrice, order.currency)}`],
    ['Money', moneyText(order)],
    ['Customer', order.customerId],
  ])}</div>`;
}

function ofPaying(ports: ConsolePorts): AnyPage[] {
  const { orderChanges } = ports.services.engine;
  const { hasShop } = ports.settings;
  const shop = hasShop ? ' and in the shop' : '';
  return [
    orderForm(ports, {
      action: 'cancel',
      body: onlyReason,
      page: (order, form) => ({
        sentence: `The order is cancelled here${shop}, for good. ${order.ownMoney > 0n ? `The ${amountText(order.ownMoney)} XTM that came for it become credit of customer ${order.customerId}.` : 'No money has come for it.'}`,
        fields: [reasonField(form)],
        button: 'Cancel the order',
        isDanger: true,
      }),
      submit: ({ change }, { orderId }, { reason }) => orderChanges.cancel(change, { orderId, reason }),
      notice: (order) => `Order ${nameOf(order)} is cancelled.`,
    }),
    orderForm(ports, {
      action: 'fulfill',
      body: onlyReason,
      page: (order, form) => ({
        sentence: `The order becomes Paid${hasShop ? ', and the shop is told so' : ''}, by a credit of ${amountText(order.totalPrice)} XTM that the shop gives. Money that came for it stays with customer ${order.customerId} as credit.`,
        fields: [reasonField(form)],
        button: `Give ${formatTari(order.totalPrice)} and mark as paid`,
        isDanger: true,
      }),
      submit: ({ change }, { orderId }, { reason }) => orderChanges.fulfill(change, { orderId, reason }),
      notice: (order) => `Order ${nameOf(order)} is paid, by a credit from the shop.`,
    }),
    orderForm(ports, {
      action: 'price',
      body: z.object({ price: typedAmount(0n), reason: requiredReason }),
      page: (order, form) => ({
        sentence: `The order costs another amount from now on. If its money and its customer’s credit then cover it, it is paid at once.`,
        fields: [
          field(form, {
            name: 'price',
            label: 'New price',
            hint: AMOUNT_HINT,
            value: plainTari(order.totalPrice),
            maxLength: MAX_AMOUNT_LENGTH,
            isRequired: true,
            kind: 'amount',
          }),
          reasonField(form),
        ],
        button: 'Change the price',
      }),
      submit: ({ change }, { orderId }, body) => orderChanges.changePrice(change, { orderId, ...body }),
      notice: (order, { price }) => `Order ${nameOf(order)} costs ${formatTari(price)} now.`,
    }),
  ];
}

function ofChanging(ports: ConsolePorts): AnyPage[] {
  const { orderChanges } = ports.services.engine;
  return [
    orderForm(ports, {
      action: 'reassign',
      body: z.object({ customer: customerId, reason: requiredReason }),
      page: (order, form) => ({
        sentence: `The order goes to another customer, whose credit may pay it at once. It belongs to ${order.customerId} now.`,
        fields: [
          field(form, { name: 'customer', label: 'New customer', maxLength: MAX_NAME_LENGTH, isRequired: true }),
          reasonField(form),
        ],
        button: 'Give the order to this customer',
      }),
      submit: ({ change }, { orderId }, { customer, reason }) =>
        orderChanges.reassign(change, { orderId, customerId: customer, reason }),
      notice: (order, { customer }) => `Order ${nameOf(order)} belongs to customer ${customer} now.`,
    }),
    orderForm(ports, {
      action: 'memo',
      body: z.object({ memo: typedText(MAX_MEMO_LENGTH), reason: requiredReason }),
      page: ({ memo }, form) => ({
        sentence:
          'The note that came with the order is replaced. For a word among colleagues, write a note on the order’s page instead.',
        fields: [
          field(form, {
            name: 'memo',
            label: 'Note of the order',
            value: memo ?? '',
            maxLength: MAX_MEMO_LENGTH,
            kind: 'text',
          }),
          reasonField(form),
        ],
        button: 'Replace the note',
      }),
      submit: ({ change }, { orderId }, body) => orderChanges.changeMemo(change, { orderId, ...body }),
      notice: (order) => `The note of order ${nameOf(order)} is replaced.`,
    }),
  ];
}

/** Only where no shop has cancelled it as well. */
function resetForm(ports: ConsolePorts): AnyPage {
  const { orderChanges } = ports.services.engine;
  return orderForm(ports, {
    action: 'reset',
    body: z.object({}),
    page: () => ({
      sentence:
        'The order is open again, with the price and the customer it had. Credit that covers it pays it at once.',
      fields: [],
      button: 'Open the order again',
    }),
    submit: ({ change }, { orderId }) => orderChanges.reset(change, orderId),
    notice: (order) => `Order ${nameOf(order)} is open again.`,
  });
}

/** As it is typed into a field. */
function plainTari(microTari: bigint): string {
  return formatTari(microTari).replace(/\.?0* XTM$/, '');
}
