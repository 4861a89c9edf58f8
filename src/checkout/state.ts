import type { PayerOrder } from '#checkout/payer-orders.ts';
import type { PayerRefund, ShownRefunds } from '#checkout/shown-refund.ts';

/** The states that a payer sees: each has one sentence and one thing to do. */
export const PAYER_STATES = [
  'waiting',
  'on_its_way',
  'seen',
  'short',
  'covered',
  'paid',
  'over',
  'late',
  'expired',
  'cancelled',
  'refund_waiting',
  'refunding',
  'refunded',
  'unknown',
] as const;
export type PayerState = (typeof PAYER_STATES)[number];

/** An order with its refunds. */
export type ShownOrder = PayerOrder & ShownRefunds;

/** Blocks on top of its own that confirm a payment, as wallets count them. */
export const CONFIRMATIONS = 3;

export function stateOf(order: ShownOrder, now: Date): Exclude<PayerState, 'unknown'> {
  if (order.refund !== undefined) return 'refund_waiting';
  if (order.status === 'New' || order.status === 'Unclaimed') return openState(order, now);
  if (order.givenBack !== null && order.leftOver === 0n && arriving(order) === 0n) return 'refunded';
  const back = goingBack(order);
  const isAllBack = back.length > 0 && (order.status !== 'Paid' || sumOf(back) >= order.price);
  if (isAllBack && order.leftOver === 0n && arriving(order) === 0n) {
    return back.every(({ confirmedAt }) => confirmedAt !== null) ? 'refunded' : 'refunding';
  }
  if (order.status === 'Paid') return order.leftOver > 0n ? 'over' : 'paid';
  if (order.leftOver > 0n || arriving(order) > 0n) return 'late';
  return order.status === 'Expired' ? 'expired' : 'cancelled';
}

/** The page stops asking for payment as soon as the time is over, even while the order still waits for money on its way. */
function openState(order: PayerOrder, now: Date): Exclude<PayerState, 'unknown'> {
  if (arriving(order) > 0n) return 'seen';
  if (order.seen > 0n) return 'on_its_way';
  if (order.missing === 0n) return 'covered';
  const isOver = order.dueAt !== null && now >= order.dueAt;
  if (isOver) return order.received > 0n ? 'late' : 'expired';
  return order.received > 0n ? 'short' : 'waiting';
}

export function goingBack({ refunds = [] }: ShownOrder): readonly PayerRefund[] {
  return refunds;
}

export function sumOf(amounts: readonly { amount: bigint }[]): bigint {
  return amounts.reduce((sum, { amount }) => sum + amount, 0n);
}

/** Payments for the order that are in a block but not confirmed, in µT. */
export function arriving({ payments }: Pick<PayerOrder, 'payments'>): bigint {
  return payments.reduce((sum, { isConfirmed, amount }) => (isConfirmed ? sum : sum + amount), 0n);
}

/** How many blocks the newest unconfirmed payment has on top of its own; null if unknown. */
export function confirmationsOf({ payments }: Pick<PayerOrder, 'payments'>): number | null {
  const counts = payments.filter(({ isConfirmed }) => !isConfirmed).map(({ confirmations }) => confirmations);
  const known = counts.filter((count) => count !== null);
  return known.length === 0 || known.length < counts.length ? null : Math.min(...known, CONFIRMATIONS);
}

/** Whether there is something to pay now: only then does the page show payment instructions. */
export function canPay(state: PayerState): boolean {
  return state === 'waiting' || state === 'short';
}
