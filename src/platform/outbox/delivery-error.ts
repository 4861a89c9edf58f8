/** A delivery that failed because of the one that it was for: it says all in its sentence. Any other error is a bug. */
export class DeliveryError extends Error {
  override readonly name: string = 'DeliveryError';
  /** Whether the same delivery may succeed later; false if only a person can mend it. */
  readonly retryable: boolean;
  /** How long the receiver asked us to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, options: { retryable: boolean; retryAfterMs?: number; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.retryable = options.retryable;
    this.retryAfterMs = options.retryAfterMs;
  }
}
