import type { CloseReason } from '#interledger/stream/frames.ts';

/**
 * What a connection wants done. It does nothing itself: the owner carries the actions out in their order, and says by the
 * connection's methods what came of them.
 */
export type Action = ReserveAction | SendAction | SettleAction | BookAction | ReplyAction | DataAction | EndAction;

/**
 * Asks for money before a packet of it is sent. The owner answers with `reserved`, once what it grants is durable; with 0
 * if nothing is left; or with `deferred` if something may become free again.
 */
export interface ReserveAction {
  kind: 'reserve';
  /** The packet's number on this connection. */
  packet: number;
  streamId: number;
  /** The most that the packet could carry, in our units, above 0. */
  amount: bigint;
  /** When the packet expires, if it is sent. */
  expiresAtMs: number;
}

/** A packet for the uplink. Its answer comes by `replied`, or else `lost` or `unsent`. */
export interface SendAction {
  kind: 'send';
  packet: number;
  /** An ILP Prepare. */
  prepare: Uint8Array;
  expiresAtMs: number;
}

/**
 * How a reserved packet ended. `unknown` means that no answer told: the money may be gone, and must stay held. It can be
 * followed by one of the others, when an answer still comes; each of those comes once.
 */
export interface SettleAction {
  kind: 'settle';
  packet: number;
  streamId: number;
  /** What was granted. */
  amount: bigint;
  outcome: 'fulfilled' | 'rejected' | 'unknown';
  /** What the receiver got by its own word, in its units; 0 unless fulfilled. */
  delivered: bigint;
  /** The proof of payment, if it was fulfilled. */
  fulfillment?: Uint8Array;
  /** The error code, if a connector or the receiver rejected it. */
  code?: string;
}

/** Money has arrived. The owner answers with `booked`, once it is durable; only then it is fulfilled, or it is refused. */
export interface BookAction {
  kind: 'book';
  request: number;
  /** All that arrived, in our units, above 0. */
  amount: bigint;
  /** To which streams it goes; the sum is the amount. */
  parts: readonly { streamId: number; amount: bigint }[];
  /** An answer after this comes too late to be paid. */
  expiresAtMs: number;
}

/** The answer to a Prepare. */
export interface ReplyAction {
  kind: 'reply';
  request: number;
  /** An ILP Fulfill or Reject. */
  reply: Uint8Array;
}

/** Data of a stream, in order and without gaps. */
export interface DataAction {
  kind: 'data';
  streamId: number;
  data: Uint8Array;
}

interface Ending {
  /** 0 for the connection. */
  streamId: number;
  reason: CloseReason;
  /** For people; written by the peer if the peer ended it. */
  message: string;
  isByPeer: boolean;
}

/** A stream, or the whole connection, has ended. Packets under way are settled all the same. */
export type EndAction = (Ending & { kind: 'streamEnded' }) | (Ending & { kind: 'ended' });
