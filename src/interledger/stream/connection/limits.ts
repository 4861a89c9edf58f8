/** The bounds of a connection. Each can be set lower or higher by the owner; these are the defaults. */
export interface ConnectionLimits {
  /** Packets with money that are under way at once. Published senders have one. */
  maxInFlight: number;
  /** Streams that the peer can have open at once (RFC 0029, 3.3, names ten). */
  maxStreams: number;
  /** Streams over the whole life of a connection: their ids are remembered after they have closed. */
  maxStreamsEver: number;
  /** Packets that each end can send. RFC 0029 5.1.3 allows 2^31; a pull has one to some thousands. */
  maxPackets: number;
  /** Money that arrived and is being booked, in packets. */
  maxBookings: number;
  /** Bytes of data that arrived out of order and are held: of one stream, and of all. The published packages' defaults. */
  maxStreamDataBytes: number;
  maxDataBytes: number;
  /** Refusals in a row, without one packet that went through, after which the connection ends. */
  maxFailures: number;
  /** Time that a packet has to be answered. Connectors take a second or so off it each. */
  packetLifeMs: number;
  /** After its expiry, how long an answer to a packet is still waited for. Published peers wait 35 s for each. */
  replyGraceMs: number;
  /** Without a packet of the peer for so long, the connection ends. The published packages' default. */
  idleMs: number;
}

export const DEFAULT_LIMITS: ConnectionLimits = {
  maxInFlight: 1,
  maxStreams: 10,
  maxStreamsEver: 100,
  maxPackets: 1_000_000,
  maxBookings: 64,
  maxStreamDataBytes: 16_384,
  maxDataBytes: 65_534,
  maxFailures: 20,
  packetLifeMs: 30_000,
  replyGraceMs: 35_000,
  idleMs: 60_000,
};
