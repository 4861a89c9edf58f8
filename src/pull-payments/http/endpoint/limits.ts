import type { ConnectionLimits } from '#interledger/stream/connection/limits.ts';

/** The bounds of the endpoint. The owner can set each; these are the defaults. */
export interface EndpointLimits {
  /** Connections at once, each with some kilobytes. */
  maxConnections: number;
  /** Of these, connections by which money is pushed to us: anyone can open them, and they must leave room for pulls. */
  maxPushConnections: number;
  /** Connections of one agreement at once: a payee has one, or a few that meet. */
  maxConnectionsPerAgreement: number;
  /** Of each connection. */
  connection: Partial<ConnectionLimits>;
  /** Packets of the parent that are being answered at once, of up to 64 KiB each. */
  maxIncoming: number;
  /** Looks at agreements that are under way before a connection is opened. */
  maxLookUps: number;
  /** For connections to end, and for packets that are under way to be answered, when the server stops. */
  stopMs: number;
  /** After that, for what is known by then to be written down. */
  writeMs: number;
  /** The first pause before a booking is tried again that has failed; it doubles, up to the longest. */
  firstRetryMs: number;
  maxRetryMs: number;
  /** Changes in the number of connections are told no more often than this, and those that are over are forgotten. */
  reportMs: number;
}

export const DEFAULT_ENDPOINT_LIMITS: EndpointLimits = {
  maxConnections: 10_000,
  maxPushConnections: 5_000,
  maxConnectionsPerAgreement: 100,
  // One packet with money at a time, and next to no data: no client of ours has any to send.
  connection: { maxInFlight: 1, maxBookings: 16, maxDataBytes: 8_192, maxStreamDataBytes: 4_096 },
  maxIncoming: 1_000,
  maxLookUps: 100,
  stopMs: 4_000,
  writeMs: 2_000,
  firstRetryMs: 200,
  maxRetryMs: 30_000,
  reportMs: 1_000,
};
