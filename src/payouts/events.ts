import type { PayoutView, RefundView } from './views.ts';

interface RefundEvent {
  refund: RefundView;
}

interface PayoutEvent {
  payout: PayoutView;
  /** The refund that it pays; null for a sweep. */
  refund: RefundView | null;
}

declare module '#platform/outbox/events.ts' {
  interface Events {
    /** Its money has left the books. */
    RefundRequested: RefundEvent;
    /** Its address was entered or changed. */
    RefundAddressSet: RefundEvent;
    RefundApproved: RefundEvent;
    /** Its money is back in the books. */
    RefundCancelled: RefundEvent;
    SweepRequested: PayoutEvent;
    SweepApproved: PayoutEvent;
    SweepCancelled: PayoutEvent;
    PayoutSent: PayoutEvent;
    PayoutConfirmed: PayoutEvent;
    /** It was never sent, and its money is back in the books. */
    PayoutFailed: PayoutEvent;
    /** It may have been sent, or has vanished from the chain: a person must look. Nothing was given back. */
    PayoutUnknown: PayoutEvent;
  }
}

export const PAYOUT_EVENTS = [
  'RefundRequested',
  'RefundAddressSet',
  'RefundApproved',
  'RefundCancelled',
  'SweepRequested',
  'SweepApproved',
  'SweepCancelled',
  'PayoutSent',
  'PayoutConfirmed',
  'PayoutFailed',
  'PayoutUnknown',
] as const;
