import type { OrderView, PaymentView } from './views.ts';

/** What each event says (`http-api.md` 2, `walkthrough.md` Events). */
export interface EventPayloads {
  NewOrder: { order: OrderView };
  OrderPaid: { order: OrderView };
  OrderAnnulled: { order: OrderView; status: 'Expired' | 'Cancelled' };
  OrderModified: {
    field_changed: 'customer_id' | 'memo' | 'total_price' | 'status';
    orders: { old_order: OrderView; new_order: OrderView };
  };
  OrderClaimed: { order: OrderView; claimant: string };
  PaymentReceived: { payment: PaymentView };
  PaymentConfirmed: { payment: PaymentView };
  /** A confirmed payment came for an order that can no longer be paid. */
  PaymentUnmatched: { payment: PaymentView; reason: UnmatchedReason };
  /** A person gave what is left of a payment to an order or to a customer. The other of the two is null. */
  PaymentAssigned: {
    payment: PaymentView;
    /** µT */
    amount: bigint;
    order_id: string | null;
    customer_id: string | null;
    reason: string;
  };
  /** It was confirmed. Nothing was taken from anybody: a person must look. */
  PaymentLeftTheChain: { payment: PaymentView };
  /** It stands in a mempool and counts for nothing. `order` is the one that it names, if that is known. */
  PaymentSeen: { txid: string; amount: bigint; memo: string | null; order_id: string | null; order: OrderView | null };
}

export type UnmatchedReason = 'late';

declare module '#platform/outbox/events.ts' {
  interface Events extends EventPayloads {}
}

/** Compiles only while every type of event stands in it. */
const TYPES: Readonly<Record<keyof EventPayloads, true>> = {
  NewOrder: true,
  OrderPaid: true,
  OrderAnnulled: true,
  OrderModified: true,
  OrderClaimed: true,
  PaymentReceived: true,
  PaymentConfirmed: true,
  PaymentUnmatched: true,
  PaymentAssigned: true,
  PaymentLeftTheChain: true,
  PaymentSeen: true,
};

/** The types of the engine's events. */
export const EVENT_TYPES = Object.keys(TYPES) as readonly (keyof EventPayloads)[];
