import { orderAddressAt } from '#auth/shop-address.ts';
import type { FoundOrder } from '#checkout/http/pages.ts';
import type { PayerState, ShownOrder } from '#checkout/state.ts';

/** An order in each state of the page, as the engine tells of it. */

export const NOW = new Date('2026-11-26T12:00:00Z');
export const NUMBER = 'XPAV284CT';
export const SHOP_ADDRESS =
  '12HRp2iwRVYPDuHcJgdF9UMJV5qsQo1fZw4rrFwyRHMCR65m9u1Y56xixNzViryjeBjuFDEwoV3hA6hkv2uTHY3FSJ5';

const XTM = 1_000_000n;
const MINUTE_MS = 60_000;
const at = (minutes: number) => new Date(NOW.getTime() + minutes * MINUTE_MS);

export type ShownWithCustomer = ShownOrder & { customerId: string };

export function shownOrder(order: Partial<ShownWithCustomer> = {}): ShownWithCustomer {
  const orderId = order.orderId ?? '8997470732594';
  return {
    orderId,
    customerId: '7001',
    name: '#1001',
    status: 'New',
    price: 477n * XTM,
    shopPrice: '15.90',
    currency: 'USD',
    rate: 30n * XTM,
    missing: 477n * XTM,
    received: 0n,
    creditUsed: 0n,
    seen: 0n,
    payments: [],
    leftOver: 0n,
    forgiven: 0n,
    givenBack: null,
    createdAt: at(-20),
    dueAt: at(2 * 24 * 60),
    closedAt: null,
    payTo: orderAddressAt(SHOP_ADDRESS)(orderId),
    network: 'mainnet',
    hasCustomer: true,
    locale: null,
    watchesMempool: false,
    ...order,
  };
}

const PAYER = '14s9vDTwrweZvWEgQ9gNhXXPX68DPXSSAHNFWYEPi5JsBQY';
const TXID = '12375671662993302800';
const payment = (amount: bigint, isConfirmed: boolean, confirmations: number | null) => ({
  txid: TXID,
  amount: amount * XTM,
  isConfirmed,
  confirmations,
  at: at(-6),
});
const closed = { missing: null, dueAt: null, closedAt: at(-1) };

/** Orders whose pages are looked at, by what they show. `unknown` is none. */
export const ORDERS = {
  waiting: shownOrder(),
  waiting_with_credit: shownOrder({ creditUsed: 23n * XTM, missing: 454n * XTM, watchesMempool: true }),
  on_its_way: shownOrder({ seen: 477n * XTM, watchesMempool: true }),
  seen_0: shownOrder({ payments: [payment(477n, false, 0)] }),
  seen_1: shownOrder({ payments: [payment(477n, false, 1)] }),
  seen_3: shownOrder({ payments: [payment(477n, false, 3)] }),
  seen_unknown: shownOrder({ payments: [payment(300n, false, null)] }),
  short: shownOrder({ received: 300n * XTM, missing: 177n * XTM, payments: [payment(300n, true, 9)] }),
  covered: shownOrder({ creditUsed: 477n * XTM, missing: 0n }),
  paid: shownOrder({ ...closed, status: 'Paid', payments: [payment(477n, true, 3)] }),
  over: shownOrder({ ...closed, status: 'Paid', leftOver: 23n * XTM, payments: [payment(500n, true, 3)] }),
  late: shownOrder({ ...closed, status: 'Expired', leftOver: 477n * XTM, payments: [payment(477n, true, 3)] }),
  late_guest: shownOrder({
    ...closed,
    status: 'Cancelled',
    hasCustomer: false,
    leftOver: 477n * XTM,
    payments: [payment(477n, true, 3)],
  }),
  expired: shownOrder({ ...closed, status: 'Expired' }),
  cancelled: shownOrder({ ...closed, status: 'Cancelled' }),
  refund_waiting: shownOrder({
    ...closed,
    status: 'Paid',
    payments: [payment(477n, true, 3)],
    refund: { id: 'refund-1-00', amount: 150n * XTM, reason: 'One item was out of stock.', payer: PAYER },
  }),
  refund_waiting_for_any: shownOrder({
    ...closed,
    status: 'Paid',
    payments: [payment(477n, true, 3)],
    refund: { id: 'refund-1-00', amount: 150n * XTM, reason: null, payer: null },
  }),
  refunding: shownOrder({
    ...closed,
    status: 'Expired',
    payments: [payment(477n, true, 3)],
    refunds: [{ amount: 477n * XTM, address: PAYER, txid: null, confirmedAt: null }],
  }),
  refunded_in_part: shownOrder({
    ...closed,
    status: 'Paid',
    payments: [payment(477n, true, 3)],
    refunds: [
      { amount: 150n * XTM, address: PAYER, txid: TXID, confirmedAt: at(-1) },
      { amount: 10n * XTM, address: PAYER, txid: null, confirmedAt: null },
    ],
  }),
  refunded_in_full: shownOrder({
    ...closed,
    status: 'Paid',
    payments: [payment(477n, true, 3)],
    refunds: [{ amount: 477n * XTM, address: PAYER, txid: TXID, confirmedAt: at(-1) }],
  }),
  refunded: shownOrder({
    ...closed,
    status: 'Paid',
    payments: [payment(477n, true, 3)],
    givenBack: { amount: 150n * XTM, at: at(-1) },
  }),
} satisfies Record<string, ShownWithCustomer>;

export type OrderName = keyof typeof ORDERS;
export const ORDER_NAMES = Object.keys(ORDERS) as OrderName[];

/** The state that each of them is in. */
export function stateOfName(name: OrderName): PayerState {
  const states: Partial<Record<OrderName, PayerState>> = {
    waiting_with_credit: 'waiting',
    seen_0: 'seen',
    seen_1: 'seen',
    seen_3: 'seen',
    seen_unknown: 'seen',
    late_guest: 'late',
    refund_waiting_for_any: 'refund_waiting',
    refunded_in_part: 'paid',
    refunded_in_full: 'refunded',
  };
  return states[name] ?? (name as PayerState);
}

/** Finds an order of these by its name here, with the right number; as the engine does. */
export function findNamed(orders: Readonly<Record<string, ShownWithCustomer>>) {
  return async (named: string, code: string): Promise<FoundOrder> =>
    code === NUMBER && Object.hasOwn(orders, named) ? orders[named] : undefined;
}
