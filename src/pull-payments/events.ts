import type { AgreementView, BalanceView, PacketView, PointerView, PullView, PushView } from './views.ts';

declare module '#platform/outbox/events.ts' {
  interface Events {
    PullAgreementCreated: { agreement: AgreementView };
    /** The terms or the state have changed; the agreement is shown as it is since then. */
    PullAgreementChanged: { agreement: AgreementView; change: AgreementChange; reason: string | null };
    /** A packet of money has arrived. */
    PullPacketPaid: { agreement: PointerView; packet: PacketView; balance: BalanceView };
    /** A pull that has taken something is over: told once, with the balances of that moment. */
    PullEnded: { agreement: PointerView; pull: PullView; balance: BalanceView };
    /** A packet of money was pushed to the server: how much, and what its connection has brought by now. */
    PushReceived: { amount: string; push: PushView };
  }
}

export const AGREEMENT_CHANGES = ['terms', 'paused', 'resumed', 'cancelled'] as const;
export type AgreementChange = (typeof AGREEMENT_CHANGES)[number];

export const PULL_EVENTS = [
  'PullAgreementCreated',
  'PullAgreementChanged',
  'PullPacketPaid',
  'PullEnded',
  'PushReceived',
] as const;
