/** The bounds of an uplink. The owner can set each; these are the defaults. */
export interface UplinkLimits {
  /** For a connection to open, with TLS and authentication. */
  connectMs: number;
  /** After its expiry, how long the answer to a packet is waited for. Published peers wait 35 s for each. */
  replyGraceMs: number;
  /** A reply that comes later than that still settles its packet; after this, too, it is forgotten. Only over BTP. */
  lateReplyMs: number;
  /** Packets under way at once: of each, some hundred bytes are kept. More are not sent. */
  maxUnderWay: number;
  /** Bytes that the parent has not taken yet, over BTP. With more than this it is too slow to be of use. */
  maxUnsentBytes: number;
  /** How often a silent connection is tried. Without a sign of life by the next time it is given up. */
  checkMs: number;
  /** The pause after the first failure. It doubles with each, up to the longest. */
  firstPauseMs: number;
  maxPauseMs: number;
  /** A connection that held this long was good: after its loss the pauses begin with the shortest again. */
  steadyMs: number;
}

export const DEFAULT_UPLINK_LIMITS: UplinkLimits = {
  connectMs: 10_000,
  replyGraceMs: 35_000,
  lateReplyMs: 10 * 60_000,
  maxUnderWay: 10_000,
  maxUnsentBytes: 16 * 1024 * 1024,
  checkMs: 20_000,
  firstPauseMs: 500,
  maxPauseMs: 30_000,
  steadyMs: 30_000,
};
