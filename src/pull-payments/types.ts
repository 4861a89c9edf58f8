import type { Asset } from '#interledger/stream/connection/state.ts';

/** The values that the threads, the routes and the tool have in common. All amounts are whole units of their asset. */

/** What a payee may pull. Amounts are in the agreement's asset. */
export interface Terms {
  /** Per interval, 1 to 2^64 − 1. */
  amount: bigint;
  asset: Asset;
  startAt: Date;
  /** From then on the pointer is unknown; null for never. */
  expiryAt: Date | null;
  /** An ISO 8601 duration of at least a second, as it was given. */
  interval: string;
  /** How many intervals there are, 1 to 1 000 000. */
  cycles: number;
  /** Whether what was not pulled in an interval is lost. */
  cap: boolean;
  /** The most that one pull may take; null for no limit. */
  maxPull: bigint | null;
  /** The http(s) URL that is called after each pull. */
  webhook: string | null;
  description: string | null;
  /** The payer's own reference, such as the number of a contract. */
  reference: string | null;
}

/** The terms of a new agreement. Without a start it begins when it is created, or when its token is first used. */
export type NewTerms = Omit<Terms, 'startAt'> & { startAt: Date | null };

/** A change of terms; what is absent stays. `start` and `webhook` of an agreement never change. */
export type TermsChange = Partial<
  Pick<Terms, 'amount' | 'asset' | 'interval' | 'cycles' | 'cap' | 'expiryAt' | 'maxPull'>
>;

export type AgreementState = 'active' | 'paused' | 'cancelled';

/** Where an agreement comes from: made by a request, or by a token that was signed offline. */
export type AgreementSource = 'online' | 'token';

/** Why nothing can be pulled now. */
export type Obstacle = 'not_started' | 'paused' | 'exhausted' | 'held' | 'no_rate';

export interface Balances {
  /** All that was ever pulled. It never shrinks. */
  total: bigint;
  /** What was pulled in the present interval. */
  interval: bigint;
  /** What can be pulled now: never below 0, and without what is held. */
  available: bigint;
  /** Held by packets that are under way or whose outcome is unknown. */
  held: bigint;
  /** The present interval, counted from 1 at the start of the terms. */
  cycle: number;
  /** The end of the present interval; null before the start and after the last interval. */
  intervalEndsAt: Date | null;
  /** Why `available` is 0; null if it is not. */
  obstacle: Obstacle | null;
}

export interface Agreement {
  /** A UUID. For an agreement that was made online it is the pointer's path as well. */
  id: string;
  source: AgreementSource;
  state: AgreementState;
  /** Of the present revision. */
  terms: Terms;
  /** 1 for the first terms; each change makes the next. */
  revision: number;
  balances: Balances;
  createdAt: Date;
  updatedAt: Date;
}

/**
 * One pull: what one STREAM connection took. It is over when the connection is, and then its event is told, once.
 */
export interface Pull {
  id: string;
  agreementId: string;
  /** Of the uplink's asset. */
  asset: Asset;
  sent: bigint;
  /** The same in the agreement's asset. */
  debit: bigint;
  held: bigint;
  startedAt: Date;
  endedAt: Date | null;
}

export type PacketState = 'sent' | 'fulfilled' | 'rejected' | 'unknown';

/** A line of the journal: one ILP packet with money. */
export interface PullPacket {
  id: bigint;
  agreementId: string;
  pullId: string;
  /** In the uplink's asset. */
  amount: bigint;
  state: PacketState;
  /** What it added to the agreement's total; 0 unless it is fulfilled. */
  debit: bigint;
  /** The interval in which it was sent, in the count of the revision of then. */
  cycle: number;
  rejectCode: string | null;
  /** 64 hex characters: the proof of payment. */
  fulfillment: string | null;
  expiresAt: Date;
  sentAt: Date;
  settledAt: Date | null;
  /** Who resolved it, if its outcome was unknown. */
  resolvedBy: string | null;
}

/** Money that arrived at the server's own pointer: what one STREAM connection brought. */
export interface Push {
  id: string;
  asset: Asset;
  amount: bigint;
  packets: number;
  startedAt: Date;
  updatedAt: Date;
}

/** Asks for the money of one packet, before it is sent. */
export interface ReservedPacket {
  agreementId: string;
  pullId: string;
  /** The packet's number on its connection; the pair of pull and number is asked for once. */
  packet: number;
  /** The most that it may carry, in the uplink's asset. */
  amount: bigint;
  asset: Asset;
  expiresAt: Date;
}

/** How a packet ended. `unknown` may be followed by one of the others, once. */
export interface SettledPacket {
  pullId: string;
  packet: number;
  outcome: 'fulfilled' | 'rejected' | 'unknown';
  fulfillment: Uint8Array | null;
  code: string | null;
}

/** Money of one packet that arrived, in the uplink's asset. The pair of push and packet is booked once. */
export interface BookedPush {
  pushId: string;
  packet: number;
  amount: bigint;
  asset: Asset;
}

/** What the HTTP thread knows of its connection to Interledger. */
export interface UplinkState {
  isUp: boolean;
  /** The server's ILP address and asset; null until the uplink has told. */
  address: string | null;
  asset: Asset | null;
  /** Why it is down, for operators; null if it is up. */
  problem: string | null;
  openConnections: number;
}

/** Secrets that outlive a restart, so that credentials and the address under which we are known stay valid. */
export interface Identity {
  /** 32 bytes, from which the secrets of all connections are derived. */
  seed: Uint8Array;
  /** What a BTP parent knows us by if the settings name none. */
  btpToken: string;
}
