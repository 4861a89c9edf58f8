import type { Asset } from '#interledger/stream/connection/state.ts';
import type { Logger } from '#platform/logging/logger.ts';

/** Who we are on Interledger, by the word of the parent. */
export interface OwnNode {
  address: string;
  asset: Asset;
}

/** The connection to our parent: the one connector through which all packets come and go. */
export interface Uplink {
  /** Connects, and does so again whenever the connection is lost. */
  start(): void;
  /** Packets that are under way have no answer then. */
  stop(): Promise<void>;
  /**
   * Sends a Prepare and answers with the bytes that come back, however late; the owner has its own time-out. Throws
   * NotSentError if the parent certainly has not got it. After any other error it may have been paid.
   */
  send(prepare: Uint8Array, expiresAtMs: number): Promise<Uint8Array>;
}

export interface UplinkPorts {
  nowMs(): number;
  /** Uniform in [0, 1). */
  random(): number;
  log: Logger;
  fetch: typeof globalThis.fetch;
  /** Answers a Prepare of the parent. It never fails. */
  receive(prepare: Uint8Array): Promise<Uint8Array>;
  /** The parent can be reached, and has said who we are. Called again with each look at it. */
  isUp(node: OwnNode): void;
  /** The parent can't be reached, with the reason for operators: a sentence without secrets. */
  isDown(problem: string): void;
}
