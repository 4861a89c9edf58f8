import type { Order } from '#engine/store/orders.ts';
import type { OrderStatus } from '#engine/store/tables.ts';
import { amountMissing } from '#engine/views.ts';
import { type Html, html } from '#platform/http/html.ts';
import type { Link } from '#support/http/page.ts';
import { amount, amountText, badge, shopPrice, type Tone, time } from './parts.ts';
import { type Column, table } from './table.ts';

/** Orders as lists show them. */

const TONES: Readonly<Record<OrderStatus, Tone>> = {
  Unclaimed: 'plain',
  New: 'plain',
  Paid: 'good',
  Expired: 'bad',
  Cancelled: 'bad',
};

/** What customers call it: its name in the shop, or else its id. */
export function nameOf({ altId, orderId }: Pick<Order, 'altId' | 'orderId'>): string {
  return altId ?? orderId;
}

export function orderLink(order: Pick<Order, 'altId' | 'orderId'>, link: Link): Html {
  return html`<a href="${orderPath(order.orderId, link)}">${nameOf(order)}</a>`;
}

export function orderPath(orderId: string, link: Link): string {
  return link(`/orders/${encodeURIComponent(orderId)}`);
}

/** An order that a part of its money has come for is short, whatever its state. */
export function isShort(order: Order): boolean {
  return order.ownMoney > 0n && (amountMissing(order) ?? 0n) > 0n;
}

export function statusBadge(order: Order): Html {
  return html`${badge(order.status, TONES[order.status])}${isShort(order) && html` ${badge('short', 'warn')}`}`;
}

/** What is left to do about the money, in words. */
export function moneyText(order: Order): string {
  const missing = amountMissing(order);
  if (missing === null) return order.status === 'Paid' ? 'paid' : 'closed';
  if (order.amountSeen > 0n) return `${amountText(order.amountSeen)} XTM seen, in no block yet`;
  if (isShort(order)) return `${amountText(order.ownMoney)} received, ${amountText(missing)} missing`;
  return missing === 0n ? 'covered, being paid' : 'waiting';
}

export function orderColumns(link: Link): readonly Column<Order>[] {
  return [
    { name: 'Order', cell: (order) => orderLink(order, link) },
    { name: 'State', cell: statusBadge },
    {
      name: 'Price',
      isNumber: true,
      cell: (order) => html`${amount(order.totalPrice)} ${shopPrice(order.originalPrice, order.currency)}`,
    },
    { name: 'Money', cell: moneyText },
    {
      name: 'Customer',
      cell: ({ customerId }) =>
        html`<a href="${link(`/customers/${encodeURIComponent(customerId)}`)}">${customerId}</a>`,
    },
    { name: 'Placed', cell: ({ createdAt }) => time(createdAt) },
  ];
}

export function orderTable(orders: readonly Order[], link: Link, caption: string, none: string): Html {
  return table(orders, orderColumns(link), { caption, none });
}
