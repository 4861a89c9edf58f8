declare module '#platform/outbox/events.ts' {
  interface Events {
    /** The shop's staff has refunded money that came in Tari: it is given back here. */
    ShopRefunded: { refund: ShopRefundView };
  }
}

export interface ShopRefundView {
  shop_refund_id: string;
  order_id: string;
  /** Decimal text in units of `currency`. */
  amount: string;
  currency: string;
  note: string | null;
}

export const SHOP_EVENTS = ['ShopRefunded'] as const;
