import { DomainError } from './errors.ts';
import type { OrderTotals } from './store/customers.ts';
import type { OrderStatus } from './store/tables.ts';

/** The transitions of an order. */
export type OrderAction = 'claim' | 'take_over' | 'pay' | 'expire' | 'cancel' | 'reset' | 'reset_unclaimed';

/**
 * The state machine of orders: which action leads from which state to which. Anything else is refused, so a Paid, Expired
 * or Cancelled order is never claimed, charged, expired or cancelled again. A signed claim takes over a New order that was
 * only named by payments. Only an operator reopens an Expired or Cancelled order, as it was: New if it had been claimed.
 */
export const ORDER_STATES: Readonly<Record<OrderStatus, Readonly<Partial<Record<OrderAction, OrderStatus>>>>> = {
  Unclaimed: { claim: 'New', expire: 'Expired', cancel: 'Cancelled' },
  New: { take_over: 'New', pay: 'Paid', expire: 'Expired', cancel: 'Cancelled' },
  Paid: {},
  Expired: { reset: 'New', reset_unclaimed: 'Unclaimed' },
  Cancelled: { reset: 'New', reset_unclaimed: 'Unclaimed' },
};

/** Under which of the customer's sums an order of this state counts. */
export const TOTAL_OF_STATUS: Readonly<Record<OrderStatus, keyof OrderTotals>> = {
  Unclaimed: 'current',
  New: 'current',
  Paid: 'paid',
  Expired: 'expired',
  Cancelled: 'cancelled',
};

const PAST_TENSE: Readonly<Record<OrderAction, string>> = {
  claim: 'claimed',
  take_over: 'taken over',
  pay: 'paid',
  expire: 'expired',
  cancel: 'cancelled',
  reset: 'reset',
  reset_unclaimed: 'reset',
};

/** The state that the action leads to. @throws {DomainError} `order_change_forbidden` if it is not allowed. */
export function nextStatus(orderId: string, status: OrderStatus, action: OrderAction): OrderStatus {
  const next = ORDER_STATES[status][action];
  if (next === undefined) {
    throw new DomainError(
      'order_change_forbidden',
      `Order ${orderId} is ${status} and cannot be ${PAST_TENSE[action]}.`,
    );
  }
  return next;
}

export function isOpen(status: OrderStatus): boolean {
  return TOTAL_OF_STATUS[status] === 'current';
}
