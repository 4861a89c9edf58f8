import { isOpen } from '#engine/order-states.ts';
import type { Order } from '#engine/store/orders.ts';
import { type Html, html } from '#platform/http/html.ts';
import type { Visitor } from '#platform/http/pages/visitors.ts';
import { type Link, maySee } from '#support/http/page.ts';
import { REFUNDERS } from './refund-roles.ts';

/** Which actions there are on one order, who may use them, and when they are possible. */

export const MAX_NAME_LENGTH = 270;

interface OrderAction {
  /** Below the console; `:order` is its id. */
  path: string;
  title: string;
  roles: readonly string[];
  isPossible(order: Order): boolean;
}

export const ORDER_ACTIONS = {
  price: {
    path: '/orders/:order/price',
    title: 'Change the price',
    roles: ['write'],
    isPossible: ({ status }) => isOpen(status),
  },
  reassign: {
    path: '/orders/:order/reassign',
    title: 'Give to another customer',
    roles: ['write'],
    isPossible: ({ status }) => status !== 'Paid',
  },
  memo: { path: '/orders/:order/memo', title: 'Replace the note', roles: ['write'], isPossible: () => true },
  fulfill: {
    path: '/orders/:order/fulfill',
    title: 'Mark as paid',
    roles: ['write'],
    isPossible: ({ status }) => isOpen(status),
  },
  cancel: {
    path: '/orders/:order/cancel',
    title: 'Cancel the order',
    roles: ['write'],
    isPossible: ({ status }) => isOpen(status),
  },
  reset: {
    path: '/orders/:order/reset',
    title: 'Open again',
    roles: ['write'],
    isPossible: ({ status }) => status === 'Expired' || status === 'Cancelled',
  },
} as const satisfies Record<string, OrderAction>;

export type OrderActionName = keyof typeof ORDER_ACTIONS;

/** Links to what this visitor can do to the order now; a forbidden or impossible action is left out. */
export function orderActions(order: Order, visitor: Visitor, link: Link, canReset: boolean): Html | false {
  const changes = Object.entries(ORDER_ACTIONS).filter(
    ([name, { roles, isPossible }]) => maySee(visitor, roles) && isPossible(order) && (name !== 'reset' || canReset),
  );
  // An open order has nothing to give back; a closed one may have late money.
  const refund = { path: '/orders/:order/refund', title: 'Give money back' };
  const actions = [
    ...(maySee(visitor, REFUNDERS) && !isOpen(order.status) ? [refund] : []),
    ...changes.map(([, action]) => action),
  ];
  if (actions.length === 0) return false;
  const id = encodeURIComponent(order.orderId);
  return html`<ul class="actions">${actions.map(
    ({ path, title }) => html`<li><a class="button" href="${link(path.replace(':order', id))}">${title}…</a></li>`,
  )}</ul>`;
}
