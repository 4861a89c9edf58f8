import type { OrderView, PaymentView } from './views.ts';

export const EVENT_TYPES = [
  'NewOrder',
  'OrderPaid',
  'OrderAnnulled',
  'OrderModified',
  'OrderClaimed',
  'PaymentReceived',
  'PaymentConfirmed',
  'PaymentUnmatched',
  'PaymentAssigned',
  'PaymentLeftTheChain',
  'PaymentSeen',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

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

/** Compiles only if exactly the types that the database knows have a payload. */
export type DomainEvent = { [Type in EventType]: { type: Type; payload: EventPayloads[Type] } }[EventType];

/** The origin of an event: this server, for a customer or an operator, or the shop, which then knows of it already. */
export type EventOrigin = 'server' | 'shop';

/** The durable subscribers to events. The outbox keeps the list; the engine only queries it. */
export interface Subscriptions {
  /** The names of the durable subscribers to events of a type and origin; `server` by default. */
  durableSubscribers(type: EventType, origin?: EventOrigin): readonly string[];
  /** The names of all durable subscribers. */
  allDurableSubscribers(): readonly string[];
}
