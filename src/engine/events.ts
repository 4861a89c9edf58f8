import type { OrderView, PaymentView } from './views.ts';

/** The payload of each event (`http-api.md` 2, `walkthrough.md` Events). */
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
  /** An operator assigned the rest of a payment to an order or to a customer. The other of the two is null. */
  PaymentAssigned: {
    payment: PaymentView;
    /** µT */
    amount: bigint;
    order_id: string | null;
    customer_id: string | null;
    reason: string;
  };
  /** A confirmed payment left the chain. Nothing was taken back: an operator must look. */
  PaymentLeftTheChain: { payment: PaymentView };
  /** A payment is in a mempool; it has no effect yet. `order` is the one that it names, if that is known. */
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
