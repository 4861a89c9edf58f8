import { timeText } from '#test/simulation/timestamps.ts';
import type { Rail } from './order-payments.ts';

/** What is on paper: each row as it is kept, and as events show it. */

export type State = 'Unclaimed' | 'New' | 'Paid' | 'Expired' | 'Cancelled';
export type LinkKind = 'stated' | 'by_hand' | 'proven';
export type Closing = 'cancelled' | 'paid';

export interface PaperOrder {
  id: number;
  orderId: string;
  altId: string | null;
  customer: string;
  memo: string | null;
  /** µT */
  price: number;
  shopPrice: string;
  currency: string;
  rate: number;
  state: State;
  claimedBy: string | null;
  claimKind: LinkKind | 'credit' | null;
  /** What stands in a mempool for it. */
  seen: number;
  createdAt: number;
  updatedAt: number;
  shopUpdatedAt: number;
}

export interface PaperAccount {
  account: string;
  address: string;
  confirmed: number;
  paid: number;
  updatedAt: number;
}

export interface PaperPayment {
  txid: string;
  /** Null where it comes from nobody who has an account here. */
  account: string | null;
  sender: string;
  amount: number;
  memo: string | null;
  isManual: boolean;
  isConfirmed: boolean;
  orderId: string | null;
  claimant: string | null;
  /** Where it stands on the chain, as far as that is known. */
  place?: { height: number; reference: string } | undefined;
  /** Which rail told of it, where it was paid to an order's own address. */
  toAddress?: Rail | undefined;
  /** Whether the claimant has signed that. */
  isSigned: boolean;
  /** `order o1`, `customer c1`, `account 00…`; null where it is nobody's. */
  whose: string | null;
  left: number;
  isLate: boolean;
  createdAt: number;
  updatedAt: number;
}

/** An owner of Tari. */
export interface PaperOwner {
  account: string;
  address: string;
}

/** What the shop says of an order. Times in milliseconds. */
export interface Told {
  orderId: string;
  altId: string | null;
  customer: string;
  memo: string | null;
  price: string;
  currency: string;
  closing: Closing | null;
  createdAt: number;
  updatedAt: number;
}

export interface EarlyUpdate {
  closing: Closing | null;
  price: string;
  currency: string;
  updatedAt: number;
  receivedAt: number;
}

export interface PaperWebhook {
  webhookId: string | null;
  state: 'accepted' | 'ignored' | 'set_aside';
  success: boolean;
  receivedAt: number;
  isForgotten: boolean;
}

export interface PaperEvent {
  type: string;
  subject: string;
  payload: string;
  isOfTheShop: boolean;
}

/** The order as events show it. */
export function orderText(order: PaperOrder, missing: number | null, payTo: string | null): string {
  const text = JSON.stringify;
  return (
    `{"id":${order.id},"order_id":${text(order.orderId)},"alt_id":${text(order.altId)},` +
    `"customer_id":${text(order.customer)},"memo":${text(order.memo)},"total_price":${order.price},` +
    `"original_price":${text(order.shopPrice)},"currency":${text(order.currency)},` +
    `"created_at":"${timeText(order.createdAt)}","updated_at":"${timeText(order.updatedAt)}",` +
    `"status":"${order.state}","amount_outstanding":null,"amount_missing":${missing},"amount_seen":${order.seen},"pay_to":${text(payTo)}}`
  );
}

/** The payment as events show it. */
export function paymentText(payment: PaperPayment): string {
  const text = JSON.stringify;
  return (
    `{"txid":${text(payment.txid)},"created_at":"${timeText(payment.createdAt)}",` +
    `"updated_at":"${timeText(payment.updatedAt)}","sender":${text(payment.sender)},"amount":${payment.amount},` +
    `"memo":${text(payment.memo)},"payment_type":"${payment.isManual ? 'manual' : 'on_chain'}",` +
    `"status":"${payment.isConfirmed ? 'confirmed' : 'received'}","order_id":${text(payment.orderId)},` +
    `"payment_reference":${text(payment.place?.reference ?? null)},"block_height":${payment.place?.height ?? null}}`
  );
}
