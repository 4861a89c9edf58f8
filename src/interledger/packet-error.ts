/** What is wrong with bytes that are no packet of the protocol that they should be of. */
export type PacketErrorCode =
  /** They end before what they announce. */
  | 'truncated'
  /** A length that is not written in its one allowed form. */
  | 'not_canonical'
  /** More than the protocol or our own bounds allow. */
  | 'too_large'
  /** A packet of another type than was asked for. */
  | 'wrong_type'
  /** Encrypted under another key, or changed on the way. */
  | 'not_authentic'
  /** Anything else that the protocol does not allow. */
  | 'malformed';

/** The one error that reading and writing packets throws. Its message names no secret, and may be logged. */
export class PacketError extends Error {
  override readonly name = 'PacketError';
  readonly code: PacketErrorCode;

  constructor(code: PacketErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** What `read` gives, or undefined if the bytes are no such packet. Any other error is a bug and is passed on. */
export function orUndefined<Result>(read: () => Result): Result | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof PacketError) return undefined;
    throw error;
  }
}
