import type { EventType } from '#platform/database/tables.ts';
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

/** Compiles only while every type that the database knows has a payload, and no other has. */
export type DomainEvent = { [Type in EventType]: { type: Type; payload: EventPayloads[Type] } }[EventType];

/** Who brought an event about: this server, for a customer or an operator, or the shop itself, which knows of it then. */
export type EventOrigin = 'server' | 'shop';

/** Who must hear of events even across restarts. The outbox keeps the list; the engine only asks it. */
export interface Subscriptions {
  /** The names of the durable subscribers to a type of event that is of this origin; `server` unless told. */
  durableSubscribers(type: EventType, origin?: EventOrigin): readonly string[];
  /** The names of all durable subscribers. */
  allDurableSubscribers(): readonly string[];
}
