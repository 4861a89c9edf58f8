/** The refunds of an order as its payer sees them. */

/** Money of the order that waits until its customer says where it shall go. */
export interface WaitingRefund {
  id: string;
  amount: bigint;
  /** Null if the customer is not meant to see it. */
  reason: string | null;
  /** The wallet that paid, in base58, where it is this customer's alone. */
  payer: string | null;
}

/** Money of the order that goes back, or has gone. */
export interface PayerRefund {
  amount: bigint;
  /** Where it goes, in base58. */
  address: string;
  /** Null until it is sent. */
  txid: string | null;
  /** When it was confirmed; null until then. */
  confirmedAt: Date | null;
}

export interface ShownRefunds {
  /** The one that waits for its customer; left out if none does. */
  refund?: WaitingRefund | undefined;
  /** Those whose way is known. */
  refunds?: readonly PayerRefund[];
}
