import type { Role } from '#auth/roles.ts';
import { ORDER_STATUSES, type OrderStatus, type PaymentStatus } from '#engine/store/tables.ts';
import { id, type OldValue, oneOf, text, textOrNull, time, UnreadableValue, wholeNumber } from './values.ts';

/** The rows of the old database as they are read. Each reader throws UnreadableValue. Pure. */

export type OldRow = Readonly<Record<string, OldValue>>;

export const STATUSES = Object.fromEntries(ORDER_STATUSES.map((status) => [status, status])) as Record<
  string,
  OrderStatus
>;
const PAYMENT_STATUSES: Readonly<Record<string, PaymentStatus>> = {
  Received: 'received',
  Confirmed: 'confirmed',
  Cancelled: 'cancelled',
};
const PAYMENT_TYPES: Readonly<Record<string, 'on_chain' | 'manual'>> = { OnChain: 'on_chain', Manual: 'manual' };
const SETTLEMENT_TYPES: Readonly<Record<string, 'single' | 'multiple'>> = { Single: 'single', Multiple: 'multiple' };
/** The ids that the table of roles of that server has. */
const ROLE_OF_ID: ReadonlyMap<bigint, Role> = new Map([
  [1n, 'user'],
  [2n, 'read_all'],
  [3n, 'write'],
  [4n, 'payment_wallet'],
  [5n, 'super_admin'],
]);

/**
 * New orders count on from the last one, and all must stay below 2^30, which is what the index of memos has room for within
 * a second. The old server counts from 1 too: half of that is more than it can have.
 */
export const MAX_ORDER_ID = 2n ** 29n;
/** New settlements count on, too: far above what was ever counted, and far below 2^63, after which there is no next one. */
export const MAX_SETTLEMENT_ID = 2n ** 53n;

/** The entries of the import bear such ids, and so does no payment of the old server. */
export const OWN_TXID = 'import-tps:';

/** The lowest number of 64 bits is one below what the highest takes back. */
export const MAX_AMOUNT = 2n ** 63n - 1n;

const U64 = 64;
const NONCE_DIGITS = 20;

export interface OldOrder {
  id: bigint;
  orderId: string;
  altId: string | null;
  customerId: string;
  memo: string | null;
  totalPrice: bigint;
  originalPrice: string | null;
  currency: string;
  createdAt: string;
  updatedAt: string;
  status: OrderStatus;
  amountOutstanding: string | null;
}

export function orderOf(row: OldRow): OldOrder {
  const order = {
    id: wholeNumber('its id', row.id),
    orderId: id('its order_id', row.order_id),
    altId: textOrNull('its alt_id', row.alt_id),
    customerId: id('its customer_id', row.customer_id),
    memo: textOrNull('its memo', row.memo),
    totalPrice: wholeNumber('its total_price', row.total_price),
    originalPrice: textOrNull('its original_price', row.original_price),
    currency: id('its currency', row.currency),
    createdAt: time('its created_at', row.created_at),
    updatedAt: time('its updated_at', row.updated_at),
    status: oneOf('its status', row.status, STATUSES),
    amountOutstanding: textOrNull('its amount_outstanding', row.amount_outstanding),
  };
  requireIdUpTo(MAX_ORDER_ID, order.id);
  if (order.totalPrice < 0n) throw new UnreadableValue(`its total_price is below zero: ${order.totalPrice}`);
  return order;
}

function requireIdUpTo(max: bigint, id: bigint): void {
  if (id <= 0n) throw new UnreadableValue(`its id is ${id}, and ids count from 1`);
  if (id > max) throw new UnreadableValue(`its id is ${id}, and ids go up to ${max}, so that new ones can follow`);
}

export interface OldPayment {
  txid: string;
  sender: string;
  /** In µT; below zero only where it is manual. */
  amount: bigint;
  memo: string | null;
  type: 'on_chain' | 'manual';
  status: PaymentStatus;
  /** The order as it is named, by id or by name. */
  named: string | null;
  createdAt: string;
  updatedAt: string;
}

export function paymentOf(row: OldRow): OldPayment {
  const payment = {
    txid: id('its txid', row.txid),
    sender: text('its sender', row.sender),
    amount: wholeNumber('its amount', row.amount),
    memo: textOrNull('its memo', row.memo),
    type: oneOf('its payment_type', row.payment_type, PAYMENT_TYPES),
    status: oneOf('its status', row.status, PAYMENT_STATUSES),
    named: nameIn('its order_id', row.order_id) ?? nameIn('its alt_order_id', row.alt_order_id),
    createdAt: time('its created_at', row.created_at),
    updatedAt: time('its updated_at', row.updated_at),
  };
  if (payment.txid.startsWith(OWN_TXID)) {
    throw new UnreadableValue(`its txid begins with ${OWN_TXID}, as those of the import's own entries do`);
  }
  if (payment.amount < -MAX_AMOUNT) throw new UnreadableValue(`its amount is ${payment.amount}, which has no opposite`);
  if (payment.type === 'on_chain' && payment.amount < 0n) {
    throw new UnreadableValue(`its amount is below zero: ${payment.amount}, and it came over the chain`);
  }
  return payment;
}

function nameIn(name: string, value: OldValue): string | null {
  return value === '' || value === null || value === undefined ? null : id(name, value);
}

export interface OldSettlement {
  id: bigint;
  orderId: string;
  address: string;
  amount: bigint;
  createdAt: string;
}

export function settlementOf(row: OldRow): OldSettlement {
  oneOf('its settlement_type', row.settlement_type, SETTLEMENT_TYPES);
  const settlement = {
    id: wholeNumber('its id', row.id),
    orderId: id('its order_id', row.order_id),
    address: text('its payment_address', row.payment_address),
    amount: wholeNumber('its amount', row.amount),
    createdAt: time('its created_at', row.created_at),
  };
  requireIdUpTo(MAX_SETTLEMENT_ID, settlement.id);
  if (settlement.amount < 0n) throw new UnreadableValue(`its amount is below zero: ${settlement.amount}`);
  return settlement;
}

export interface OldLink {
  address: string;
  customerId: string;
  createdAt: string;
}

export function linkOf(row: OldRow): OldLink {
  return {
    address: text('its address', row.address),
    customerId: id('its customer_id', row.customer_id),
    createdAt: time('its created_at', row.created_at),
  };
}

export interface OldRate {
  currency: string;
  rate: bigint;
  updatedAt: string;
}

export function rateOf(row: OldRow): OldRate {
  return {
    currency: id('its base_currency', row.base_currency).toUpperCase(),
    rate: wholeNumber('its rate', row.rate),
    updatedAt: time('its updated_at', row.updated_at),
  };
}

export function roleOf(row: OldRow): Role {
  const role = ROLE_OF_ID.get(wholeNumber('its role_id', row.role_id));
  if (role === undefined) throw new UnreadableValue(`its role_id ${row.role_id} is not known`);
  return role;
}

/** 20 digits. That server keeps a u64 in a signed column: those from 2^63 on stand there below zero. */
export function nonceOf(row: OldRow): string {
  return String(BigInt.asUintN(U64, wholeNumber('its last_nonce', row.last_nonce))).padStart(NONCE_DIGITS, '0');
}

export interface OldAuthorization {
  transactionId: string;
  orderId: string;
  amount: string;
  currency: string;
  createdAt: string;
}

export function authorizationOf(row: OldRow): OldAuthorization {
  return {
    transactionId: id('its id', row.id),
    orderId: id('its order_id', row.order_id),
    amount: text('its amount', row.amount),
    currency: id('its currency', row.currency),
    createdAt: time('its created_at', row.created_at),
  };
}
